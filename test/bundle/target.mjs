const elf = { 62: "amd64", 183: "arm64" }; // e_machine: x86-64, AArch64
const mach = { 0x01000007: "amd64", 0x0100000c: "arm64" }; // cputype
const pe = { 0x8664: "amd64", 0xaa64: "arm64" }; // Machine

// targetOf reads from a program's header what it was built for, such as linux/amd64.
export function targetOf(program) {
  if (program.readUInt32BE(0) === 0x7f454c46) return `linux/${elf[program.readUInt16LE(18)]}`;
  if (program.readUInt32LE(0) === 0xfeedfacf) return `darwin/${mach[program.readUInt32LE(4)]}`;
  if (program.toString("latin1", 0, 2) !== "MZ") return "no program";
  const header = program.readUInt32LE(0x3c);
  if (program.toString("latin1", header, header + 4) !== "PE\0\0") return "no program";
  return `windows/${pe[program.readUInt16LE(header + 4)]}`;
}
