{{/* Environment variables as dicts in YAML: docs/operations.md says what each means. Secrets are named by files. */}}

{{- define "api-credits.kafka-env" -}}
KAFKA_BROKERS: {{ .Values.kafka.brokers | quote }}
{{- with .Values.kafka.topicPrefix }}
TOPIC_PREFIX: {{ . | quote }}
{{- end }}
{{- with .Values.kafka.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Takes a dict: root, user. */}}
{{- define "api-credits.clickhouse-env" -}}
{{- with .root.Values.clickhouse -}}
CLICKHOUSE_URL: {{ .url | quote }}
CLICKHOUSE_DATABASE: {{ .database | quote }}
{{- if .cluster }}
CLICKHOUSE_CLUSTER: {{ .cluster | quote }}
CLICKHOUSE_SHARD_BY: {{ .shardBy | quote }}
CLICKHOUSE_REPLICAS: {{ .replicas | quote }}
{{- with .unshardedCluster }}
CLICKHOUSE_UNSHARDED_CLUSTER: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
CLICKHOUSE_USER: {{ index .root.Values.clickhouse.users .user | quote }}
CLICKHOUSE_PASSWORD_FILE: /etc/api-credits/clickhouse/password
{{- end -}}

{{- define "api-credits.process-env" -}}
ON_LOW_REPLICATION: {{ .Values.onLowReplication | quote }}
LOG_LEVEL: {{ .Values.logLevel | quote }}
STOP_TIMEOUT_MS: {{ int .Values.stopTimeoutMs | quote }}
{{- end -}}

{{/* How tokens are verified, by the API and by the gates. */}}
{{- define "api-credits.token-env" -}}
{{- with .Values.api.auth -}}
{{- if not .jwksUrl }}
JWT_SECRET_FILE: /etc/api-credits/auth/jwt_secret
{{- end }}
{{- with .jwksUrl }}
JWKS_URL: {{ . | quote }}
{{- end }}
{{- with .issuer }}
JWT_ISSUER: {{ . | quote }}
{{- end }}
{{- with .audience }}
JWT_AUDIENCE: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "api-credits.gate-env" -}}
GATE_URL: http://$(POD_IP):8080
{{ include "api-credits.token-env" . }}
{{- end -}}

{{- define "api-credits.api-env" -}}
{{ include "api-credits.token-env" . }}
{{- with .Values.api.trustedProxies }}
TRUSTED_PROXIES: {{ . | quote }}
{{- end }}
{{- end -}}
