{{/* A web configuration may ask for passwords or client certificates, which the kubelet does not have. */}}
{{- define "nic-hang-exporter.probe" -}}
{{- if .Values.webConfig.existingSecret -}}
tcpSocket:
{{- else -}}
httpGet:
  path: {{ .path }}
{{- end }}
  port: metrics
{{- if not (has .Values.listenAddress (list "" "0.0.0.0" "::")) }}
  host: {{ .Values.listenAddress | quote }}
{{- end }}
{{- end -}}
