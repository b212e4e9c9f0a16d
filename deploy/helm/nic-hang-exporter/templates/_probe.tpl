{{/*
A probe: the value of that name, or a GET of the path. Each field of httpGet is set, even to its default: a field that
the API server adds has no owner, so it would stay when an upgrade changes the kind of the probe. With a web
configuration, only /-/healthy needs no password from this node.
*/}}
{{- define "nic-hang-exporter.probe" -}}
{{- $tcp := and .Values.webConfig.existingSecret .Values.webConfig.clientCertificates -}}
{{- if .probe -}}
{{- toYaml .probe -}}
{{- else -}}
{{ ternary "tcpSocket" "httpGet" (not (empty $tcp)) }}:
  port: metrics
  {{- if not $tcp }}
  path: {{ ternary "/-/healthy" .path (not (empty .Values.webConfig.existingSecret)) }}
  scheme: {{ include "nic-hang-exporter.scheme" . | upper }}
  {{- end }}
  {{- if not (has .Values.listenAddress (list "" "0.0.0.0" "::")) }}
  host: {{ .Values.listenAddress | quote }}
  {{- end }}
periodSeconds: {{ .period }}
timeoutSeconds: 5
failureThreshold: {{ .failures }}
{{- end }}
{{- end -}}
