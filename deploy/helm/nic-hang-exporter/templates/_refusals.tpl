{{/* Checks that the schema cannot express: values that conflict. Each message is one line and names the values. */}}
{{- define "nic-hang-exporter.refusals" -}}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled -}}
{{- fail "serviceMonitor.enabled and podMonitor.enabled: set only one of them, or each pod is scraped twice" -}}
{{- end -}}
{{- $address := .Values.listenAddress | default "" -}}
{{- if and (or .Values.serviceMonitor.enabled .Values.podMonitor.enabled) (or (hasPrefix "127." $address) (eq $address "::1") (eq $address "[::1]")) -}}
{{- fail (printf "listenAddress %s can't be scraped from outside the node: leave serviceMonitor.enabled and podMonitor.enabled false" $address) -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.service.enabled) -}}
{{- fail "serviceMonitor.enabled needs service.enabled" -}}
{{- end -}}
{{- $scopes := list -}}
{{- $names := list -}}
{{- range .Values.api.tokens -}}
{{- if has .name $names -}}
{{- fail (printf "api.tokens: the name %s occurs twice" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- $scopes = append $scopes .scope -}}
{{- end -}}
{{- range $trigger := list "webhook" "api" -}}
{{- $mode := include "nic-hang-exporter.configuredMode" (dict "Values" $.Values "trigger" $trigger) -}}
{{- if and (ne $mode "off") (not (or (has "remediate" $scopes) (has "admin" $scopes))) -}}
{{- fail (printf "remediation.%s is %s, but no entry of api.tokens has the scope remediate or admin, so no client could send requests" $trigger $mode) -}}
{{- end -}}
{{- end -}}
{{- if .Values.alertmanagerConfig.enabled -}}
{{- if eq (include "nic-hang-exporter.configuredMode" (dict "Values" .Values "trigger" "webhook")) "off" -}}
{{- fail "alertmanagerConfig.enabled needs remediation.webhook observe or enforce" -}}
{{- end -}}
{{- if ne (include "nic-hang-exporter.scheme" .) "https" -}}
{{- fail "alertmanagerConfig.enabled needs webConfig.existingSecret and webConfig.tls: without TLS the exporter accepts no alert from another machine" -}}
{{- end -}}
{{- range $secret := list "tokenSecret" "caSecret" -}}
{{- $reference := get $.Values.alertmanagerConfig $secret -}}
{{- if not (and $reference.name $reference.key) -}}
{{- fail (printf "alertmanagerConfig.enabled needs alertmanagerConfig.%s.name and .key" $secret) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
