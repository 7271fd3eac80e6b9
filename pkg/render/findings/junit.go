package findings

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name     string         `xml:"name,attr"`
	Class    string         `xml:"classname,attr"`
	Failures []junitFailure `xml:"failure"`
}

type junitFailure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes a test suite per Project: a test case per Stage, and one for each other
// object with a finding, which fails by its errors and warnings.
func JUnit(w io.Writer, result lint.Result) error {
	j := &junit{suites: map[string]int{}, cases: map[string]int{}}
	for _, o := range result.Objects {
		j.caseOf(o.Project, o.String())
	}
	for _, f := range unsuppressed(result) {
		project, name := "files", position(f.Place)
		if o := f.Place.Object; o != nil {
			project, name = o.Project, o.String()
		}
		c := j.caseOf(project, name)
		if f.Severity != lint.Note {
			c.Failures = append(c.Failures, junitFailure{string(f.Severity), valid(f.Rule.Title() + ": " + f.Message), valid(position(f.Place) + "\n" + sentence(f))})
		}
	}
	for i := range j.log.Suites {
		s := &j.log.Suites[i]
		s.Tests = len(s.Cases)
		for _, c := range s.Cases {
			if len(c.Failures) > 0 {
				s.Failures++
			}
		}
	}
	text, err := xml.MarshalIndent(j.log, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	}
	return err
}

type junit struct {
	log           junitSuites
	suites, cases map[string]int
}

func (j *junit) caseOf(project, name string) *junitCase {
	at, known := j.suites[project]
	if !known {
		at = len(j.log.Suites)
		j.suites[project] = at
		j.log.Suites = append(j.log.Suites, junitSuite{Name: valid(project)})
	}
	suite := &j.log.Suites[at]
	key := project + "\x00" + name
	index, known := j.cases[key]
	if !known {
		index = len(suite.Cases)
		j.cases[key] = index
		suite.Cases = append(suite.Cases, junitCase{Name: valid(name), Class: valid(project)})
	}
	return &suite.Cases[index]
}

// valid replaces what XML cannot hold.
func valid(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return '\ufffd'
		}
		return r
	}, text)
}
