//go:build !unix && !windows

package terminal

import "os"

func columnsOf(*os.File) (int, bool) { return 0, false }

func control(*os.File) bool { return false }
