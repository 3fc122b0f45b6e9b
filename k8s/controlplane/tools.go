//go:build tools

// Package controlplane names the programs of a Kubernetes control plane, for the tests to run.
package controlplane

import (
	_ "github.com/kubeflow/trainer/v2/cmd/trainer-controller-manager"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
	_ "sigs.k8s.io/jobset"
)
