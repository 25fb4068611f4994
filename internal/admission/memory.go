package admission

import (
	"os"
	"runtime/debug"
)

// desktopLimit is how much memory a desktop can spare for a server, in bytes. It
// is more than Gate lets answers fill, so that collecting garbage makes room.
const desktopLimit = 112 << 20

// LimitMemory makes the runtime collect garbage more often as the process nears
// 112 MiB. If GOMEMLIMIT is set, even to "off", LimitMemory does nothing, for the
// runtime has taken its limit from there.
func LimitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(desktopLimit)
	}
}
