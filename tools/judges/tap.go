// Package tap stands in for the library of that name in the build of the validation programs, as no Debian package has it: it writes the
// Test Anything Protocol, version 13 (testanything.org), with the calls that those programs make.
package tap

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// T numbers the results of one run.
type T struct {
	number *int
	todo   bool
	Writer io.Writer
}

// New begins a run.
func New() *T {
	return &T{number: new(int), Writer: os.Stdout}
}

// Header says which protocol follows, and how many results if that is known.
func (t *T) Header(results int) {
	fmt.Fprintln(t.Writer, "TAP version 13")
	if results > 0 {
		fmt.Fprintf(t.Writer, "1..%d\n", results)
	}
}

// AutoPlan says how many results there were.
func (t *T) AutoPlan() {
	fmt.Fprintf(t.Writer, "1..%d\n", *t.number)
}

// Ok is one result.
func (t *T) Ok(good bool, description string) {
	word, mark := "ok", "-"
	if !good {
		word = "not ok"
	}
	if t.todo {
		mark = "# TODO"
	}
	*t.number++
	fmt.Fprintf(t.Writer, "%s %d %s %s\n", word, *t.number, mark, description)
}

// Pass is a good result.
func (t *T) Pass(description string) { t.Ok(true, description) }

// Fail is a bad one.
func (t *T) Fail(description string) { t.Ok(false, description) }

// Skip tells of results that there are not.
func (t *T) Skip(results int, why string) {
	for ; results > 0; results-- {
		*t.number++
		fmt.Fprintf(t.Writer, "ok %d # SKIP %s\n", *t.number, why)
	}
}

// Todo gives results that may be bad.
func (t *T) Todo() *T {
	return &T{number: t.number, todo: true, Writer: t.Writer}
}

// Diagnostic is a remark.
func (t *T) Diagnostic(text string) {
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		fmt.Fprintln(t.Writer, "#", line)
	}
}

// Diagnosticf is a remark.
func (t *T) Diagnosticf(format string, values ...interface{}) {
	t.Diagnostic(fmt.Sprintf(format, values...))
}

// YAML says more about the result before it. JSON is YAML too.
func (t *T) YAML(details interface{}) error {
	text, err := json.MarshalIndent(details, "  ", "  ")
	if err != nil {
		return err
	}
	fmt.Fprintf(t.Writer, "  ---\n  %s\n  ...\n", text)
	return nil
}
