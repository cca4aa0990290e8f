{{- /* First part of every object's name. */}}
{{- define "rising-stars.fullname" -}}
{{ .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- /* An image's address: (list root image). A digest wins over a tag. */}}
{{- define "rising-stars.image" -}}
{{- $root := index . 0 }}
{{- $image := index . 1 }}
{{- $registry := $root.Values.global.imageRegistry | default $root.Values.image.registry }}
{{- with $registry }}{{ . }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default $root.Values.image.tag | default $root.Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "rising-stars.migrateName" -}}
{{ include "rising-stars.fullname" . }}-migrate{{ if .Values.dev.enabled }}-{{ .Release.Revision }}{{ end }}
{{- end }}

{{- define "rising-stars.loadBalancerAttributes" -}}
{{- with .Values.ingress -}}
idle_timeout.timeout_seconds={{ .idleTimeoutSeconds }},routing.http.drop_invalid_header_fields.enabled=true,deletion_protection.enabled={{ .deletionProtection }}
{{- with .accessLogsBucket }},access_logs.s3.enabled=true,access_logs.s3.bucket={{ . }}{{ end }}
{{- end }}
{{- end }}

{{- define "rising-stars.tags" -}}
{{- $tags := list }}
{{- range $key, $value := .Values.ingress.tags }}{{ $tags = append $tags (printf "%s=%s" $key $value) }}{{ end }}
{{- join "," $tags }}
{{- end }}

{{- /* Database connections of a rollout at full scale, when each old pod still ends its work beside the new one; a migration, a shell, the clean-up and another command. */}}
{{- define "rising-stars.databaseConnections" -}}
{{- $sum := 4 }}
{{- range list .Values.auth .Values.videos .Values.votes }}
{{- $replicas := ternary .autoscaling.maxReplicas .replicas .autoscaling.enabled | int }}
{{- $sum = add $sum (mul .databasePool 2 $replicas) }}
{{- end }}
{{- with .Values.transcoder }}
{{- $replicas := ternary .keda.maxReplicas .replicas .keda.enabled | int }}
{{- $sum = add $sum (mul .databasePool 2 $replicas) }}
{{- end }}
{{- $sum }}
{{- end }}

{{- /* Where mails go; in a development cluster into a folder of the pod. */}}
{{- define "rising-stars.mailUrl" -}}
{{- if .Values.dev.enabled }}file:///tmp/mails
{{- else }}
{{- with .Values.mail -}}
{{ if eq .tls "implicit" }}smtps{{ else }}smtp{{ end }}://{{ .host }}:{{ .port | int }}{{ if eq .tls "off" }}?tls=off{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Where the addresses that videos signs lead. The AWS SDK puts the bucket's name before the host's where it is one label; any other server has it in the path. */}}
{{- define "rising-stars.storeOrigin" -}}
{{- $region := .Values.aws.region }}
{{- $domain := ternary "amazonaws.com.cn" (ternary "amazonaws.eu" "amazonaws.com" (hasPrefix "eusc-" $region)) (hasPrefix "cn-" $region) }}
{{- with .Values.storage -}}
{{- with .publicEndpoint | default .endpoint -}}
{{ regexFind "^https?://[^/]+" . }}
{{- else -}}
https://{{ if not (contains "." .bucket) }}{{ .bucket }}.{{ end }}s3.{{ $region }}.{{ $domain }}
{{- end }}
{{- end }}
{{- end }}

{{- /* A development cluster's secret, made once and kept: (list root secret). */}}
{{- define "rising-stars.devSecret" -}}
{{- $root := index . 0 }}
{{- $secret := index . 1 }}
{{- $kept := (lookup "v1" "Secret" $root.Release.Namespace $secret.existingSecret).data }}
{{- if $kept }}
{{- toYaml $kept }}
{{- else if not $secret.passwordKey }}
signing-key.pem: {{ genPrivateKey "ecdsa" | b64enc }}
{{- else }}
{{- with $secret.usernameKey }}
{{ . }}: {{ "postgres" | b64enc }}
{{- end }}
{{ $secret.passwordKey }}: {{ randAlphaNum 32 | b64enc }}
{{- end }}
{{- end }}
