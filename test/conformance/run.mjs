// Runs the official conformance suite against the product and against the
// fixture server, and holds both to exact lists of expected failures: one that
// passes, or one unlisted, ends in failure. Usage: run.mjs PRODUCT FIXTURES
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const here = fileURLToPath(new URL('.', import.meta.url))
const suite = join(here, 'node_modules/@modelcontextprotocol/conformance/dist/index.js')
const revisions = ['2025-11-25', '2026-07-28']
const [product, fixtures] = process.argv.slice(2)
const problems = []
const bad = (text) => { problems.push(text); console.log(`FAIL: ${text}`) }

// start resolves to the address which a server logs.
function start(bin, ...args) {
	const p = spawn(bin, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH, HOME: process.env.HOME } })
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => { p.kill(); reject(new Error(`${bin} does not listen: ${logs}`)) }, 10_000)
		let logs = ''
		p.stderr.on('data', (d) => {
			if (logs.length > 10_000) return // read on, so that it never blocks
			logs += d
			const url = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(logs)
			if (url) { clearTimeout(timer); resolve({ url: url[0], stop: () => new Promise((r) => { p.once('exit', r); p.kill() }) }) }
		})
		p.once('error', reject)
		p.once('exit', (code) => reject(new Error(`${bin} ended with ${code}: ${logs}`)))
	})
}

// expected reads "- scenario # why" and "- scenario:check # why".
function expected(file) {
	const entries = new Map()
	for (const [i, line] of readFileSync(file, 'utf8').split('\n').entries()) {
		if (!/^\s*- /.test(line)) continue
		const m = /^ {2}- (\S+) +# (\S.*)$/.exec(line)
		if (!m || entries.has(m[1])) throw new Error(`${file}:${i + 1}: an entry needs a reason, and only one line: ${line}`)
		entries.set(m[1], m[2])
	}
	return entries
}

// run returns the checks of each scenario of a requirement set.
async function run(url, revision, baseline) {
	const out = mkdtempSync(join(tmpdir(), 'conformance-'))
	try {
		const { code, text } = await new Promise((resolve) => {
			const command = [suite, 'server', '--url', url, '--requirements', revision, '--expected-failures', baseline]
			const options = { timeout: 120_000, maxBuffer: 1 << 26 }
			execFile(process.execPath, [...command, '--timeout', '15000', '-o', out], options, (err, stdout, stderr) => {
				resolve({ code: err ? err.code ?? 'timeout' : 0, text: stripVTControlCharacters(stdout + stderr) })
			})
		})
		const scenarios = new Map()
		for (const dir of readdirSync(out)) {
			const name = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(dir)?.[1]
			if (name) scenarios.set(name, JSON.parse(readFileSync(join(out, dir, 'checks.json'), 'utf8')))
		}
		const started = [...text.matchAll(/^=== Running scenario: (.+) ===$/gm)].map((m) => m[1])
		const set = readFileSync(join(here, `node_modules/@modelcontextprotocol/conformance/requirements/${revision}.yaml`), 'utf8')
		const unscored = new Set([...set.matchAll(/- scenario: (\S+)\n\s+leg: server/g)].map((m) => m[1]))
		return { code, text, scenarios, started, unscored }
	} finally {
		rmSync(out, { recursive: true, force: true })
	}
}

const wire = /^wire-schema-/
const proven = new Map() // revision -> scenarios in which the fixture server passed something

async function judge(server, label, revision) {
	const file = join(here, `expected/${label}-${revision}.yaml`)
	const list = expected(file)
	const { code, text, scenarios, started, unscored } = await run(server.url, revision, file)
	const where = `${label} ${revision}`
	if (code !== 0) bad(`${where}: the suite ended with ${code}: ${text.slice(-1500)}`)
	if (started.length === 0 || started.some((s) => !scenarios.has(s))) bad(`${where}: not every scenario of the set ran`)
	const seen = new Set()
	const checks = { passed: 0, failed: 0, warned: 0 }
	const schema = { passed: 0, failed: 0 }
	const whole = { passed: 0, failed: 0, empty: 0, unscored: 0 }
	for (const [name, all] of scenarios) {
		let failed = 0
		for (const c of all) {
			if (c.status === 'SUCCESS') checks.passed++
			if (wire.test(c.id)) schema[c.status === 'SUCCESS' ? 'passed' : 'failed']++
			if (c.status === 'SUCCESS' && !wire.test(c.id) && label === 'fixtures') proven.get(revision).add(name)
			if (c.status === 'WARNING') checks.warned++ // what the specification only recommends is listed as well
			else if (c.status === 'FAILURE') { checks.failed++; failed++ }
			else continue
			const key = list.has(name) ? name : `${name}:${c.id}`
			if (wire.test(c.id)) bad(`${where}: ${name}: ${c.id}: ${JSON.stringify(c.details).slice(0, 1000)}`)
			else if (list.has(key)) seen.add(key)
			else bad(`${where}: unexpected failure of ${key}: ${c.errorMessage}`)
		}
		if (unscored.has(name)) whole.unscored++
		else if (failed) whole.failed++
		else if (!all.some((c) => c.status === 'SUCCESS')) whole.empty++
		else whole.passed++
	}
	for (const [key, why] of list) {
		if (!seen.has(key)) bad(`${where}: ${key} is expected to fail and does not (${why}): take it off ${file}`)
		if (why.startsWith('fixture') && !proven.get(revision).has(key.split(':')[0])) {
			bad(`${where}: ${key} is left to the fixture server, which does not pass it`)
		}
	}
	if (schema.passed === 0) bad(`${where}: no message was checked against the schema`)
	console.log([
		`${where}: checks ${checks.passed} passed, ${checks.failed} failed, ${checks.warned} warnings (${list.size} entries expected to)`,
		`scenarios ${whole.passed} passed, ${whole.failed} failed, ${whole.empty} not applicable, ${whole.unscored} not scored`,
		`wire schema ${schema.passed} passed, ${schema.failed} failed`,
	].join('; '))
}

for (const revision of revisions) proven.set(revision, new Set())
// The fixture server first: the product's list refers to it.
for (const [label, bin, ...args] of [['fixtures', fixtures], ['product', product, '--demo', '--http', '127.0.0.1:0']]) {
	const server = await start(bin, ...args)
	try {
		for (const revision of revisions) await judge(server, label, revision)
	} finally {
		await server.stop()
	}
}
if (problems.length > 0) {
	console.log(`${problems.length} problems`)
	process.exit(1)
}
