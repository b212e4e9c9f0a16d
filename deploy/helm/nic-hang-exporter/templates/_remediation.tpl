{{/* The mode of a trigger. YAML 1.1 reads an unquoted off as false. */}}
{{- define "nic-hang-exporter.configuredMode" -}}
{{- $mode := get .Values.remediation .trigger | toString -}}
{{- if eq $mode "false" }}off{{ else }}{{ $mode }}{{ end -}}
{{- end -}}

{{/* The mode that the pods get. */}}
{{- define "nic-hang-exporter.mode" -}}
{{- $mode := include "nic-hang-exporter.configuredMode" . -}}
{{- if and .Values.remediation.observeOnly (eq $mode "enforce") }}observe{{ else }}{{ $mode }}{{ end -}}
{{- end -}}

{{/* "true" if any trigger is in one of the modes (a list). */}}
{{- define "nic-hang-exporter.anyMode" -}}
{{- $found := "" -}}
{{- range $trigger := list "local" "webhook" "api" -}}
{{- if has (include "nic-hang-exporter.configuredMode" (dict "Values" $.Values "trigger" $trigger)) $.modes -}}
{{- $found = "true" -}}
{{- end -}}
{{- end -}}
{{- $found -}}
{{- end -}}

{{/* "true" if the exporter may change something. With observeOnly as well: it still resolves interrupted remediations
of the journal. */}}
{{- define "nic-hang-exporter.changes" -}}
{{- include "nic-hang-exporter.anyMode" (dict "Values" .Values "modes" (list "enforce")) -}}
{{- end -}}

{{/* "true" if there is a state directory. */}}
{{- define "nic-hang-exporter.state" -}}
{{- if .Values.state.enabled }}true{{ else }}{{ include "nic-hang-exporter.anyMode" (dict "Values" .Values "modes" (list "observe" "enforce")) }}{{ end -}}
{{- end -}}

{{/* The user of the pod. Decision 32 explains why it is root if there is a state directory. */}}
{{- define "nic-hang-exporter.user" -}}
{{- if .Values.kernelLog.privileged }}0{{ else if include "nic-hang-exporter.state" . }}{{ .Values.state.runAsUser | int64 }}{{ else }}1654{{ end -}}
{{- end -}}
