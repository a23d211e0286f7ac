// Command informer starts client-go's dynamic shared informer for every pod of one cluster, waits until it has synced,
// and prints what that took as JSON: the peer of follower.ts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/rest"
)

// question is what standard input holds.
type question struct {
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
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(&rest.Config{
		Host:            asked.Server,
		BearerToken:     asked.Token,
		TLSClientConfig: rest.TLSClientConfig{CAData: []byte(asked.CA)},
		QPS:             -1,
	})
	if err != nil {
		return err
	}
	started := time.Now()
	factory := dynamicinformer.NewDynamicSharedInformerFactory(client, 0)
	informer := factory.ForResource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).Informer()
	factory.Start(context.Background().Done())
	// WaitForCacheSync of the factory polls every 100 ms: this looks more closely.
	for !informer.HasSynced() {
		time.Sleep(time.Millisecond)
	}
	seconds := time.Since(started).Seconds()
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"seconds":    seconds,
		"cpuSeconds": cpuSeconds(),
		"rssBytes":   residentBytes(),
		"objects":    len(informer.GetStore().ListKeys()),
	})
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
