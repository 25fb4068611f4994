package event

//go:generate go test . -run ^TestGolden$ -update
