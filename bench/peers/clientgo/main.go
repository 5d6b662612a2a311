// Command clientgo is a peer of the measures: a pod informer of client-go for each cluster, as any controller has one,
// with its defaults. It prints one JSON line once every pod is in a store.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
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
	servers := flag.String("servers", "", "base URLs of the API servers, comma-separated")
	token := flag.String("token", "", "bearer token")
	want := flag.Int("pods", 0, "how many pods there are")
	flag.Parse()
	if err := run(strings.Split(*servers, ","), *token, *want); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(servers []string, token string, want int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var clients []kubernetes.Interface
	for _, server := range servers {
		// JSON, as the API server of the measures speaks nothing else.
		client, err := kubernetes.NewForConfig(&rest.Config{Host: server, BearerToken: token})
		if err != nil {
			return err
		}
		clients = append(clients, client)
	}
	before, began := heap(), cpu()
	var pods []cache.SharedIndexInformer
	for _, client := range clients {
		pods = append(pods, start(ctx, client))
	}
	held := 0
	for _, informer := range pods {
		if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			return fmt.Errorf("an informer has not synced")
		}
		held += len(informer.GetStore().ListKeys())
	}
	spent := cpu() - began
	if held != want {
		return fmt.Errorf("the informers hold %d pods of %d", held, want)
	}
	result := report{Pods: want, HeapBytes: heap() - before, RssBytes: resident(), CPUSeconds: spent.Seconds()}
	runtime.KeepAlive(pods)
	return json.NewEncoder(os.Stdout).Encode(result)
}

func start(ctx context.Context, client kubernetes.Interface) cache.SharedIndexInformer {
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	factory.Start(ctx.Done())
	return pods
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
