{{/* Flattens nested options: {stall: {window: 20s}} becomes "stall.window": 20s. */}}
{{- define "nic-hang-exporter.flatten" -}}
{{- range $key, $value := .from -}}
{{- $name := printf "%s%s" $.prefix $key -}}
{{- if kindIs "map" $value -}}
{{- include "nic-hang-exporter.flatten" (dict "from" $value "prefix" (printf "%s." $name) "into" $.into) -}}
{{- else -}}
{{- $_ := set $.into $name $value -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The options that have their own value in this chart, with the name of that value. */}}
{{- define "nic-hang-exporter.ownOptions" -}}
web.listen-address: port and listenAddress
web.config.file: webConfig
api.token-file: api.tokens
path.sysfs: nothing, the chart mounts it
path.procfs: nothing, the pod's own is right
path.kmsg: kernelLog
state.directory: state
remediation.local: remediation.local
remediation.webhook: remediation.webhook
remediation.api: remediation.api
remediation.devices: remediation.devices
remediation.disable-file: nothing, it is disable in state.hostPath
{{- end -}}

{{/* The configuration file. */}}
{{- define "nic-hang-exporter.config" -}}
{{- $options := dict -}}
{{- include "nic-hang-exporter.flatten" (dict "from" .Values.config "prefix" "" "into" $options) -}}
{{- $own := include "nic-hang-exporter.ownOptions" . | fromYaml -}}
{{- $known := .Files.Lines "files/options.txt" -}}
{{- range $name, $_ := $options -}}
{{- if hasKey $own $name -}}
{{- fail (printf "config: %s is not set here; set instead: %s" $name (get $own $name)) -}}
{{- else if not (has $name $known) -}}
{{- fail (printf "config: there is no option %s; docs/reference/configuration.md lists them" $name) -}}
{{- end -}}
{{- end -}}
{{- $host := .Values.listenAddress -}}
{{- if contains ":" $host -}}{{- $host = printf "[%s]" $host -}}{{- end -}}
{{- $_ := set $options "web.listen-address" (list (printf "%s:%d" $host (.Values.port | int64))) -}}
{{- $_ := set $options "path.sysfs" "/host/sys" -}}
{{- if .Values.webConfig.existingSecret -}}
{{- $_ := set $options "web.config.file" (printf "/etc/nic-hang-exporter/web/%s" .Values.webConfig.key) -}}
{{- end -}}
{{- if .Values.api.tokens -}}
{{- $tokens := list -}}
{{- range .Values.api.tokens -}}
{{- $tokens = append $tokens (printf "%s:%s=/etc/nic-hang-exporter/tokens/%s/%s" .name .scope .name .key) -}}
{{- end -}}
{{- $_ := set $options "api.token-file" $tokens -}}
{{- end -}}
{{- if include "nic-hang-exporter.state" . -}}
{{- $_ := set $options "state.directory" "/var/lib/nic-hang-exporter" -}}
{{- $_ := set $options "remediation.disable-file" "/var/lib/nic-hang-exporter/disable" -}}
{{- end -}}
{{- range $trigger := list "local" "webhook" "api" -}}
{{- $_ := set $options (printf "remediation.%s" $trigger) (include "nic-hang-exporter.mode" (dict "Values" $.Values "trigger" $trigger)) -}}
{{- end -}}
{{- with .Values.remediation.devices -}}
{{- $_ := set $options "remediation.devices" . -}}
{{- end -}}
{{- toYaml $options -}}
{{- end -}}

{{/* "true" if config sets the host's identities. */}}
{{- define "nic-hang-exporter.identities" -}}
{{- $options := dict -}}
{{- include "nic-hang-exporter.flatten" (dict "from" .Values.config "prefix" "" "into" $options) -}}
{{- if hasKey $options "api.identities" }}true{{ end -}}
{{- end -}}
