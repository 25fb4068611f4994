package admission

import (
	"os"
	"runtime/debug"
)

// desktopLimit is what a desktop spares for a server, in bytes: more than the
// gate lets answers fill, so that collecting garbage still makes room.
const desktopLimit = 112 << 20

// LimitMemory has the runtime collect garbage more often before the process grows
// beyond 112 MiB. If GOMEMLIMIT is set, also to "off", the runtime has already
// taken its limit from it, and LimitMemory leaves it as it is.
func LimitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(desktopLimit)
	}
}
