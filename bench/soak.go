package main

import (
	"context"
	"time"
)

func soak(_ context.Context, _ *workshop, _ time.Duration, _ int) error { return nil }
func profile(_ context.Context, _ *workshop, _ string) error          { return nil }
