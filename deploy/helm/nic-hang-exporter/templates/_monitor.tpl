{{/* The scrape endpoint of a ServiceMonitor or PodMonitor. Its values are in .monitor. */}}
{{- define "nic-hang-exporter.endpoint" -}}
port: metrics
scheme: {{ include "nic-hang-exporter.scheme" . }}
path: {{ include "nic-hang-exporter.telemetryPath" . }}
{{- with .monitor.interval }}
interval: {{ . }}
{{- end }}
{{- with .monitor.scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- with .monitor.tlsConfig }}
tlsConfig: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .monitor.basicAuth }}
basicAuth: {{- toYaml . | nindent 2 }}
{{- end }}
relabelings:
  # The name of the node. With this label a hang silences the alerts that it causes.
  - {sourceLabels: [__meta_kubernetes_pod_node_name], targetLabel: node}
  # The node identifies a series, not the pod: a rollout creates no new series.
  - {action: labeldrop, regex: pod}
  {{- with .monitor.relabelings }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .monitor.metricRelabelings }}
metricRelabelings: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "nic-hang-exporter.telemetryPath" -}}
{{- $options := dict -}}
{{- include "nic-hang-exporter.flatten" (dict "from" .Values.config "prefix" "" "into" $options) -}}
{{- default "/metrics" (get $options "web.telemetry-path") -}}
{{- end -}}
