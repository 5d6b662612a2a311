// Command clientgo is a peer of the measures: a pod informer of client-go as any controller has one, with its
// defaults. It prints one JSON line once every pod is in its store.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

type report struct {
	Pods       int     `json:"pods"`
	HeapBytes  uint64  `json:"heapBytes"`
	RssBytes   uint64  `json:"rssBytes"`
	CPUSeconds float64 `json:"cpuSeconds"`
}

func main() {
	server := flag.String("server", "", "base URL of the API server")
	token := flag.String("token", "", "bearer token")
	want := flag.Int("pods", 0, "how many pods there are")
	flag.Parse()
	if err := run(*server, *token, *want); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(server, token string, want int) error {
	// JSON, as the API server of the measures speaks nothing else.
	config := &rest.Config{Host: server, BearerToken: token}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	before := heap()
	began := cpu()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), pods.HasSynced) {
		return fmt.Errorf("the informer has not synced")
	}
	spent := cpu() - began
	if held := len(pods.GetStore().ListKeys()); held != want {
		return fmt.Errorf("the informer holds %d pods of %d", held, want)
	}
	result := report{Pods: want, HeapBytes: heap() - before, RssBytes: resident(), CPUSeconds: spent.Seconds()}
	runtime.KeepAlive(factory)
	return json.NewEncoder(os.Stdout).Encode(result)
}

// heap is what lives after a full collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func resident() uint64 {
	var size, pages uint64
	file, err := os.Open("/proc/self/statm")
	if err != nil {
		return 0
	}
	defer file.Close()
	if _, err := fmt.Fscan(file, &size, &pages); err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}
