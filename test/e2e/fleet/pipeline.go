package fleet

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	historyLength      = 10
	promotionsPerStage = 20
	promotionSize      = 8 << 10
	cadence            = 17 * time.Minute // between two pieces of Freight
	stay               = 50 * time.Minute // from the entry into a Stage to its verification
)

// pipeline is one Warehouse and its Stages.
type pipeline struct {
	fleet     Fleet
	warehouse string
	stages    []*stage // upstreams before downstreams
	freight   int
	random    *rand.Rand
}

// stage is a Stage and the Freight that has come through it.
type stage struct {
	name      string
	upstreams []*stage // none for the one that takes Freight directly
	all, gate bool
	soak      string
	depth     int
	visits    []visit // oldest first; the last is there now
}

// visit is a piece of Freight in a Stage.
type visit struct {
	freight  int
	entered  time.Time
	verified bool
}

func newPipeline(f Fleet, index int) *pipeline {
	name := fmt.Sprintf("app-%03d", index)
	p := &pipeline{
		fleet:     f,
		warehouse: name,
		freight:   f.Freight / f.Pipelines,
		random:    rand.New(rand.NewPCG(uint64(index), 20)),
	}
	dev := p.add(stage{name: "dev"})
	tests := p.fanOut("test", 4, stage{upstreams: []*stage{dev}})
	gate := p.add(stage{name: "gate", upstreams: tests, all: true, gate: true})
	stages := p.fanOut("stage", 6, stage{upstreams: []*stage{gate}})
	uat := p.add(stage{name: "uat", upstreams: stages})
	prods := p.fanOut("prod", 6, stage{upstreams: []*stage{uat}, soak: "1h0m0s"})
	p.add(stage{name: "world", upstreams: prods, all: true})
	return p
}

// add adds a Stage behind those that are there.
func (p *pipeline) add(s stage) *stage {
	s.name = p.warehouse + "-" + s.name
	if len(s.upstreams) > 0 {
		s.depth = s.upstreams[0].depth + 1
	}
	p.stages = append(p.stages, &s)
	return &s
}

func (p *pipeline) fanOut(name string, count int, like stage) []*stage {
	var parallel []*stage
	for i := range count {
		like.name = name + "-" + strconv.Itoa(i+1)
		parallel = append(parallel, p.add(like))
	}
	return parallel
}

func (p *pipeline) freightName(i int) string { return identifier(p.warehouse, strconv.Itoa(i)) }

// found is when a piece of Freight was discovered.
func (p *pipeline) found(i int) time.Time {
	return p.fleet.Now.Add(-time.Duration(p.freight-i) * cadence)
}

// objects returns the pipeline's objects, one after the other.
func (p *pipeline) objects() iter.Seq[entry] {
	return func(yield func(entry) bool) {
		start := p.found(0)
		if !yield(p.fleet.object("warehouses", "Warehouse", p.warehouse, start, object{"spec": object{"subscriptions": []any{}}})) {
			return
		}
		statuses := p.travel()
		for i, status := range statuses {
			if !yield(p.freightObject(i, status)) {
				return
			}
		}
		for _, s := range p.stages {
			if !yield(p.stageObject(s)) || !p.promotions(s, yield) {
				return
			}
		}
	}
}

// status is what a piece of Freight has behind it.
type status struct{ verifiedIn, currentlyIn object }

// travel sends the Freight through the Stages, oldest first.
func (p *pipeline) travel() []status {
	statuses := make([]status, p.freight)
	for i := range statuses {
		statuses[i] = p.journey(i)
	}
	for _, s := range p.stages {
		if len(s.visits) > 0 && !s.gate {
			last := s.visits[len(s.visits)-1]
			statuses[last.freight].currentlyIn[s.name] = object{"since": stamp(last.entered)}
		}
	}
	return statuses
}

// journey sends one piece of Freight as far as it gets until now.
func (p *pipeline) journey(i int) status {
	verified := object{}
	for _, s := range p.stages {
		entered := p.found(i).Add(time.Duration(s.depth+1) * time.Hour)
		if entered.After(p.fleet.Now) || !s.admits(verified) || p.random.IntN(100) < 3 { // skipped
			continue
		}
		v := visit{freight: i, entered: entered}
		done := entered.Add(stay)
		if v.verified = s.gate || !done.After(p.fleet.Now) && p.random.IntN(100) >= 3; v.verified {
			verified[s.name] = object{"verifiedAt": stamp(done), "longestSoak": (stay + cadence).String()}
			if s.gate {
				verified[s.name] = object{"verifiedAt": stamp(entered)}
			}
		}
		s.visits = append(s.visits, v)
	}
	return status{verifiedIn: verified, currentlyIn: object{}}
}

// admits reports whether the upstreams have verified enough.
func (s *stage) admits(verified object) bool {
	has := func(u *stage) bool { return verified[u.name] != nil }
	if s.all {
		return !slices.ContainsFunc(s.upstreams, func(u *stage) bool { return !has(u) })
	}
	return len(s.upstreams) == 0 || slices.ContainsFunc(s.upstreams, has)
}

func (p *pipeline) origin() object { return object{"kind": "Warehouse", "name": p.warehouse} }

// artifacts are what a piece of Freight is made of.
func (p *pipeline) artifacts(i int) (commits, images []any) {
	id := identifier("commit", p.warehouse, strconv.Itoa(i))
	commits = []any{object{
		"repoURL": "https://git.example.com/" + p.warehouse + "/deploy.git", "id": id, "branch": "main",
		"message": "Merge the change that was asked for", "author": "A Developer <developer@example.com>",
	}}
	images = []any{object{
		"repoURL": "registry.example.com/" + p.warehouse + "/server", "tag": fmt.Sprintf("v1.%d.0", i),
		"digest":      "sha256:" + id + id[:24],
		"annotations": object{"org.opencontainers.image.revision": id, "org.opencontainers.image.created": stamp(p.found(i))},
	}}
	return commits, images
}

func (p *pipeline) freightObject(i int, s status) entry {
	name := p.freightName(i)
	alias := "freight-" + strconv.Itoa(i)
	commits, images := p.artifacts(i)
	return p.fleet.object("freights", "Freight", name, p.found(i), object{
		"alias": alias, "origin": p.origin(), "discoveredAt": stamp(p.found(i)),
		"commits": commits, "images": images,
		"status": object{"verifiedIn": s.verifiedIn, "currentlyIn": s.currentlyIn, "approvedFor": object{}},
	}, "kargo.akuity.io/alias", alias)
}

// reference is a piece of Freight as a Stage or a Promotion keeps it.
func (p *pipeline) reference(i int) object {
	commits, images := p.artifacts(i)
	return object{"name": p.freightName(i), "origin": p.origin(), "commits": commits, "images": images}
}

func (p *pipeline) stageObject(s *stage) entry {
	sources := object{}
	if len(s.upstreams) == 0 {
		sources["direct"] = true
	} else {
		sources["stages"] = names(s.upstreams)
	}
	if s.all {
		sources["availabilityStrategy"] = "All"
	}
	if s.soak != "" {
		sources["requiredSoakTime"] = s.soak
	}
	spec := object{"requestedFreight": []any{object{"origin": p.origin(), "sources": sources}}}
	state := object{"observedGeneration": 1, "conditions": []any{object{"type": "Ready", "status": "True", "reason": "Verified"}}}
	if !s.gate {
		spec["promotionTemplate"] = object{"spec": object{"steps": steps(2 << 10)}}
		state["health"] = object{"status": "Healthy"}
		state["freightHistory"] = p.history(s)
		if len(s.visits) > 0 {
			last := s.visits[len(s.visits)-1]
			state["freightSummary"] = p.freightName(last.freight)
			state["lastPromotion"] = object{
				"name": promotionName(s, last), "freight": p.reference(last.freight),
				"status": object{"phase": "Succeeded"}, "finishedAt": stamp(last.entered),
			}
		}
	}
	return p.fleet.object("stages", "Stage", s.name, p.found(0), object{"spec": spec, "status": state}, "tier", strconv.Itoa(s.depth))
}

func names(stages []*stage) []string {
	var list []string
	for _, s := range stages {
		list = append(list, s.name)
	}
	return list
}

// history is what was in a Stage lately, newest first.
func (p *pipeline) history(s *stage) []any {
	var list []any
	for _, v := range slices.Backward(last(s.visits, historyLength)) {
		phase := "Failed"
		if v.verified {
			phase = "Successful"
		}
		name := p.freightName(v.freight)
		list = append(list, object{
			"id":    identifier("collection", s.name, name),
			"items": object{"Warehouse/" + p.warehouse: p.reference(v.freight)},
			"verificationHistory": []any{object{
				"id": identifier("verification", s.name, name), "phase": phase, "actor": "controller:stages",
				"startTime": stamp(v.entered), "finishTime": stamp(v.entered.Add(stay)),
				"analysisRun": object{"namespace": p.fleet.Project, "name": s.name + "." + name[:7], "phase": phase},
			}},
		})
	}
	return list
}

// promotions yields the Promotions into a Stage that are kept, oldest first.
func (p *pipeline) promotions(s *stage, yield func(entry) bool) bool {
	if s.gate {
		return true
	}
	for _, v := range last(s.visits, promotionsPerStage) {
		name := promotionName(s, v)
		content := object{
			"spec": object{"stage": s.name, "freight": p.freightName(v.freight), "steps": steps(promotionSize)},
			"status": object{
				"phase": "Succeeded", "startedAt": stamp(v.entered), "finishedAt": stamp(v.entered), "freight": p.reference(v.freight),
			},
		}
		if !yield(p.fleet.object("promotions", "Promotion", name, v.entered, content, "kargo.akuity.io/stage", s.name)) {
			return false
		}
	}
	return true
}

func promotionName(s *stage, v visit) string {
	return fmt.Sprintf("%s.%026x.%s", s.name, v.entered.Unix(), identifier(s.name, strconv.Itoa(v.freight))[:7])
}

// steps are the steps of a Promotion, of about so many bytes.
func steps(size int) []any {
	const each = 1 << 9
	var list []any
	for i := range size / each {
		list = append(list, object{
			"uses": "git-clone", "as": "step-" + strconv.Itoa(i),
			"config": object{"checkout": []any{object{"path": "./src"}}, "template": strings.Repeat("${{ vars.repo }} ", (each-120)/17)},
		})
	}
	return list
}

func last[T any](list []T, count int) []T { return list[max(0, len(list)-count):] }

// identifier is what stands for these words: forty hexadecimal digits.
func identifier(words ...string) string {
	sum := sha1.Sum([]byte(strings.Join(words, "\x00")))
	return hex.EncodeToString(sum[:])
}
