#!/bin/bash
# take-off-cluster.sh: takes TPM Keeper's finalizers off everything in the cluster that bears one, once nothing of it runs any more
# (helm uninstall), so that objects and namespaces can be deleted. Deletes nothing itself. Needs kubectl, as the cluster's administrator.
set -u -o pipefail
running=$(kubectl get deployments,daemonsets --all-namespaces --selector app.kubernetes.io/part-of=tpm-keeper --output name) || exit 1
if [ -n "$running" ]; then
  printf 'take-off-cluster: still installed, and the operator would put its finalizers on again. First helm uninstall:\n%s\n' "$running" >&2
  exit 1
fi
status=0

# release RESOURCE FINALIZER KUBECTL-ARGUMENT...: that finalizer and no other, from all that have it.
release() {
  local resource=$1 finalizer=$2 namespace name finalizers others
  shift 2
  while read -r namespace name finalizers; do
    case ",$finalizers," in *",$finalizer,"*) ;; *) continue ;; esac
    others=$(tr ',' '\n' <<<"$finalizers" | grep -vxF "$finalizer" | sed 's/.*/"&"/' | paste -sd, -)
    [ "$namespace" != '<none>' ] || namespace=default # of the whole cluster: kubectl does not look at it
    if kubectl --namespace "$namespace" patch "$resource" "$name" --type=merge --patch "{\"metadata\":{\"finalizers\":[$others]}}"; then continue; fi
    # It may have gone meanwhile.
    ! kubectl --namespace "$namespace" get "$resource" "$name" >/dev/null 2>&1 || status=1
  done < <(kubectl get "$resource" --all-namespaces "$@" --no-headers \
    --output custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name,FINALIZERS:.metadata.finalizers[*])
}

release vmtpmstates.tpmkeeper.io tpmkeeper.io/state-cleanup
release vmtpmgrants.tpmkeeper.io tpmkeeper.io/host-residue
release secrets tpmkeeper.io/kept --selector tpmkeeper.io/kind=generation
exit $status
