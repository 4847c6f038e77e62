{{/*
  The pod of any process or job. Takes a dict: root, name (component), program, env (a dict), user (owner, writer,
  alerts, reader, gate or none), resources, port (of the probes; none for jobs), requests (the port of requests, where that is
  another), settings (node selection). Variables may refer to POD_IP as $(POD_IP).
*/}}
{{- define "api-credits.pod" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
metadata:
  labels:
    {{- include "api-credits.selector" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .name }}
    {{- with $values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with $values.podAnnotations }}
  annotations: {{ toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with $values.imagePullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- if .port }}
  serviceAccountName: {{ include "api-credits.name" $root }}
  {{- else }}
  restartPolicy: OnFailure
  {{- end }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add (div (int $values.stopTimeoutMs) 1000) 10 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: { type: RuntimeDefault }
  {{- with .settings.nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.affinity }}
  affinity: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- if .port }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "api-credits.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ .name }}
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ include "api-credits.image" $root | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: [{{ .program }}]
      {{- if .port }}
      ports:
        - { name: http, containerPort: {{ .port }} }
        {{- with .requests }}
        - { name: requests, containerPort: {{ . }} }
        {{- end }}
      # Landing may wait for Kafka or ClickHouse; /healthz answers all the same.
      startupProbe:
        httpGet: { path: /healthz, port: http }
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /healthz, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 3
      {{- end }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        privileged: false
        capabilities: { drop: [ALL] }
      resources: {{ toYaml .resources | nindent 8 }}
      env:
        {{- if .requests }}
        - { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
        {{- end }}
        {{- range $name, $value := .env }}
        - { name: {{ $name }}, value: {{ $value | toString | quote }} }
        {{- end }}
      {{- with include "api-credits.mounts" . }}
      volumeMounts: {{ . | trim | nindent 8 }}
      {{- end }}
  {{- with include "api-credits.volumes" . }}
  volumes: {{ . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Secrets are files, each pod has its own alone. */}}
{{- define "api-credits.mounts" -}}
{{- $values := .root.Values -}}
{{- if .user }}
- { name: clickhouse, mountPath: /etc/api-credits/clickhouse, readOnly: true }
{{- end }}
{{- if $values.kafka.secret }}
- { name: kafka, mountPath: /etc/api-credits/kafka, readOnly: true }
{{- end }}
{{- if and (has .name (list "api" "alerts")) $values.alerts.secret }}
- { name: alerts, mountPath: /etc/api-credits/alerts, readOnly: true }
{{- end }}
{{- if or (and (eq .name "api") $values.api.auth.secret) (and (eq .name "gate") (not $values.api.auth.jwksUrl)) }}
- { name: auth, mountPath: /etc/api-credits/auth, readOnly: true }
{{- end }}
{{- end -}}

{{- define "api-credits.volumes" -}}
{{- $values := .root.Values -}}
{{- if .user }}
- name: clickhouse
  secret:
    secretName: {{ $values.clickhouse.secret }}
    defaultMode: 0440
    items: [{ key: {{ .user }}, path: password }]
{{- end }}
{{- if $values.kafka.secret }}
- name: kafka
  secret: { secretName: {{ $values.kafka.secret }}, defaultMode: 0440 }
{{- end }}
{{- if and (has .name (list "api" "alerts")) $values.alerts.secret }}
- name: alerts
  secret: { secretName: {{ $values.alerts.secret }}, defaultMode: 0440 }
{{- end }}
{{- if and (eq .name "api") $values.api.auth.secret }}
- name: auth
  secret: { secretName: {{ $values.api.auth.secret }}, defaultMode: 0440 }
{{- end }}
{{- if and (eq .name "gate") (not $values.api.auth.jwksUrl) }}
- name: auth
  secret: { secretName: {{ $values.api.auth.secret }}, defaultMode: 0440, items: [{ key: jwt_secret, path: jwt_secret }] }
{{- end }}
{{- end -}}
