{{- define "tpm-keeper.labels" -}}
app.kubernetes.io/name: {{ . }}
app.kubernetes.io/part-of: tpm-keeper
{{- end }}

{{- /* image: [root, the part's values] */ -}}
{{- define "tpm-keeper.image" -}}
{{- $root := index . 0 }}{{ $image := (index . 1).image }}
{{- printf "%s/%s" $root.Values.image.registry $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}{{ end }}
{{- end }}

{{- /* What both kinds of pod have in common: [root, the part's values] */ -}}
{{- define "tpm-keeper.pod" -}}
{{- $root := index . 0 }}{{ $part := index . 1 }}
# No name is looked up, so the cluster's DNS need not be there.
dnsPolicy: Default
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with $part.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "tpm-keeper.probes" -}}
# livez: the program is not stuck. It stays well without the API server: a restart would not bring that back.
startupProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 3
# readyz: it has seen the cluster once and works, as leader or waiting to be it. An upgrade waits for it.
readinessProbe:
  httpGet: {path: /readyz, port: health}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}
