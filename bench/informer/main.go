// Command informer starts client-go's shared informers, dynamic or typed, for every pod of some clusters, one informer a
// cluster, waits until all have synced, and prints what that took as JSON: the peer of follower.ts, live/engine.ts and
// scale/subjects. Asked for marked changes, it then watches until it has heard so many, at most until its standard input
// ends, prints when each came, and stays until that end.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// question is what standard input holds, before whatever keeps it open.
type question struct {
	Clusters []cluster `json:"clusters"`
	// Typed decodes into Go's own types of the API, as Protobuf; else everything stays unstructured JSON.
	Typed bool `json:"typed"`
	// Marked names the annotation by which a change is known.
	Marked string `json:"marked"`
	// Changes is how many of them to hear.
	Changes int `json:"changes"`
}

type cluster struct {
	Server string `json:"server"`
	CA     string `json:"ca"`
	Token  string `json:"token"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var asked question
	input := json.NewDecoder(os.Stdin)
	if err := input.Decode(&asked); err != nil {
		return err
	}
	heard := hearing{left: asked.Changes, all: make(chan struct{})}
	handler := cache.ResourceEventHandlerFuncs{UpdateFunc: func(_, object any) { heard.note(object, asked.Marked) }}
	var all []cache.SharedIndexInformer
	var starts []func(<-chan struct{})
	for _, one := range asked.Clusters {
		informer, start, err := informerOf(one, asked.Typed)
		if err != nil {
			return err
		}
		if asked.Marked != "" {
			if _, err := informer.AddEventHandler(handler); err != nil {
				return err
			}
		}
		all, starts = append(all, informer), append(starts, start)
	}
	started := time.Now()
	for _, start := range starts {
		start(context.Background().Done())
	}
	// WaitForCacheSync of the factory polls every 100 ms: this looks more closely.
	for _, informer := range all {
		for !informer.HasSynced() {
			time.Sleep(time.Millisecond)
		}
	}
	seconds := time.Since(started).Seconds()
	output := json.NewEncoder(os.Stdout)
	objects := 0
	for _, informer := range all {
		objects += len(informer.GetStore().ListKeys())
	}
	err := output.Encode(map[string]any{
		"seconds":    seconds,
		"cpuSeconds": cpuSeconds(),
		"rssBytes":   residentBytes(),
		"objects":    objects,
	})
	if err != nil || asked.Marked == "" {
		return err
	}
	given := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(given)
	}()
	select {
	case <-heard.all:
	case <-given:
	}
	err = output.Encode(map[string]any{"heard": heard.taken(), "rssBytes": residentBytes()})
	// Whoever asked may look at this process until then.
	<-given
	return err
}

func informerOf(one cluster, typed bool) (cache.SharedIndexInformer, func(<-chan struct{}), error) {
	config := &rest.Config{
		Host:            one.Server,
		BearerToken:     one.Token,
		TLSClientConfig: rest.TLSClientConfig{CAData: []byte(one.CA)},
		QPS:             -1,
	}
	if typed {
		config.ContentType = "application/vnd.kubernetes.protobuf"
		client, err := kubernetes.NewForConfig(config)
		if err != nil {
			return nil, nil, err
		}
		factory := informers.NewSharedInformerFactory(client, 0)
		return factory.Core().V1().Pods().Informer(), factory.Start, nil
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, nil, err
	}
	factory := dynamicinformer.NewDynamicSharedInformerFactory(client, 0)
	return factory.ForResource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).Informer(), factory.Start, nil
}

// hearing collects the marks of changes, and the milliseconds since the epoch at which each came.
type hearing struct {
	sync.Mutex
	marks [][2]any
	left  int
	all   chan struct{}
}

func (heard *hearing) note(object any, annotation string) {
	accessor, err := meta.Accessor(object)
	if err != nil {
		return
	}
	mark, found := accessor.GetAnnotations()[annotation]
	if !found {
		return
	}
	heard.Lock()
	defer heard.Unlock()
	heard.marks = append(heard.marks, [2]any{mark, float64(time.Now().UnixMicro()) / 1000})
	if heard.left--; heard.left == 0 {
		close(heard.all)
	}
}

func (heard *hearing) taken() [][2]any {
	heard.Lock()
	defer heard.Unlock()
	return heard.marks
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// residentBytes is VmRSS of /proc/self/status.
func residentBytes() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(line, "VmRSS:"); found {
			kilobytes, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kilobytes * 1024
		}
	}
	return 0
}
