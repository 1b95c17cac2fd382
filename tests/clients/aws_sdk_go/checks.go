package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"time"

	"github.com/aws/smithy-go"
)

var passed, failed int

// check runs a named check and prints a line for it.
func check(name string, run func() error) {
	start := time.Now()
	if err := run(); err != nil {
		failed++
		fmt.Printf("FAILED %s\n%v\n", name, err)
		return
	}
	passed++
	fmt.Printf("ok     %s (%.1f s)\n", name, time.Since(start).Seconds())
}

func finish() {
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

// randomBytes are incompressible and the same for the same seed.
func randomBytes(size int, seed int64) []byte {
	data := make([]byte, size)
	rand.New(rand.NewSource(seed)).Read(data)
	return data
}

func sameBytes(actual, expected []byte) error {
	if !bytes.Equal(actual, expected) {
		return fmt.Errorf("%d bytes differ from the %d expected ones", len(actual), len(expected))
	}
	return nil
}

func same[T comparable](what string, actual, expected T) error {
	if actual != expected {
		return fmt.Errorf("%s: %v instead of %v", what, actual, expected)
	}
	return nil
}

// failsWith expects an API error with that code.
func failsWith(code string, err error) error {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return fmt.Errorf("%v instead of %s", err, code)
	}
	return same("code", answer.ErrorCode(), code)
}
