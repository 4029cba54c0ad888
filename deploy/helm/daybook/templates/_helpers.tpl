{{/* The image of every Daybook process. */}}
{{- define "daybook.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end }}

{{/* Labels of everything; those that select are the first two. */}}
{{- define "daybook.labels" -}}
app.kubernetes.io/name: daybook
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* What a container of ours may do: nothing but run. */}}
{{- define "daybook.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* What a pod of ours may do. */}}
{{- define "daybook.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Settings of every process; call with a dict of root, kafkaUser and clickhouseUser, each of which may be empty, and
     config: whether it reads the files of the config map. */}}
{{- define "daybook.environment" -}}
{{- $root := .root -}}
{{- if .kafkaUser }}
- {name: DAYBOOK_KAFKA_BOOTSTRAP, value: {{ $root.Values.kafka.bootstrap | quote }}}
- {name: DAYBOOK_KAFKA_SECURITY_PROTOCOL, value: {{ $root.Values.kafka.securityProtocol | quote }}}
{{- if $root.Values.kafka.secret }}
- {name: DAYBOOK_KAFKA_CA_FILE, value: /run/kafka/kafka_ca}
- {name: DAYBOOK_KAFKA_USER, value: {{ .kafkaUser | quote }}}
- {name: DAYBOOK_KAFKA_PASSWORD_FILE, value: {{ printf "/run/kafka/kafka_%s" .kafkaUser | quote }}}
{{- end }}
{{- end }}
{{- if .clickhouseUser }}
- {name: DAYBOOK_CLICKHOUSE_URL, value: {{ $root.Values.clickhouse.url | quote }}}
- {name: DAYBOOK_CLICKHOUSE_DATABASE, value: {{ $root.Values.clickhouse.database | quote }}}
- {name: DAYBOOK_CLICKHOUSE_USER, value: {{ .clickhouseUser | quote }}}
- {name: DAYBOOK_CLICKHOUSE_PASSWORD_FILE, value: {{ printf "/run/clickhouse/%s" .clickhouseUser | quote }}}
{{- if $root.Values.clickhouse.caKey }}
- {name: DAYBOOK_CLICKHOUSE_CA_FILE, value: {{ printf "/run/clickhouse/%s" $root.Values.clickhouse.caKey | quote }}}
{{- end }}
{{- end }}
{{- if .config }}
- {name: DAYBOOK_STORES_FILE, value: /etc/daybook/stores.json}
- {name: DAYBOOK_RULES_FILE, value: /etc/daybook/rules.json}
{{- end }}
- {name: DAYBOOK_LOG_FORMAT, value: json}
{{- range $name, $value := $root.Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{/* Where files are; the same call. */}}
{{- define "daybook.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .config }}
- {name: config, mountPath: /etc/daybook, readOnly: true}
{{- end }}
{{- if and .root.Values.kafka.secret .kafkaUser }}
- {name: kafka, mountPath: /run/kafka, readOnly: true}
{{- end }}
{{- if .clickhouseUser }}
- {name: clickhouse, mountPath: /run/clickhouse, readOnly: true}
{{- end }}
{{- end }}

{{/* The volumes to it; the same call. Only the one password that the process logs in by is in its pod. */}}
{{- define "daybook.volumes" -}}
- {name: tmp, emptyDir: {}}
{{- if .config }}
- name: config
  projected:
    sources:
      - configMap: {name: {{ .root.Release.Name }}-config}
      {{- if .root.Values.rulesSecret }}
      - secret: {name: {{ .root.Values.rulesSecret }}}
      {{- end }}
{{- end }}
{{- if and .root.Values.kafka.secret .kafkaUser }}
- name: kafka
  secret:
    secretName: {{ .root.Values.kafka.secret }}
    items: [{key: kafka_ca, path: kafka_ca}, {key: {{ printf "kafka_%s" .kafkaUser }}, path: {{ printf "kafka_%s" .kafkaUser }}}]
{{- end }}
{{- if .clickhouseUser }}
- name: clickhouse
  secret:
    secretName: {{ .root.Values.clickhouse.secret }}
    items:
      - {key: {{ .clickhouseUser }}, path: {{ .clickhouseUser }}}
      {{- with .root.Values.clickhouse.caKey }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
{{- end }}
{{- end }}
