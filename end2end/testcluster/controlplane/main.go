// Command controlplane is one Kubernetes control plane in one file: its first argument says which
// component to be, the rest is that component's own command line.
//
//	controlplane etcd|kube-apiserver|kube-controller-manager|kube-scheduler [flags]
//	controlplane service-account-key FILE
package main

import (
	"fmt"
	"os"
	_ "time/tzdata"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

var components = map[string]func() *cobra.Command{
	"kube-apiserver":          func() *cobra.Command { return apiserver.NewAPIServerCommand() },
	"kube-controller-manager": func() *cobra.Command { return controllermanager.NewControllerManagerCommand() },
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
}

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	component := os.Args[1]
	// Each component parses os.Args itself and expects its own name there.
	os.Args = os.Args[1:]
	switch command, known := components[component]; {
	case known:
		os.Exit(cli.Run(command()))
	case component == "etcd":
		etcdmain.Main(os.Args)
	case component == "service-account-key" && len(os.Args) == 2:
		if err := writeServiceAccountKey(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, "service-account-key:", err)
			os.Exit(1)
		}
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: controlplane etcd|kube-apiserver|kube-controller-manager|kube-scheduler [flags]")
	fmt.Fprintln(os.Stderr, "       controlplane service-account-key FILE")
	os.Exit(2)
}
