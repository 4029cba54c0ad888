#!/usr/bin/env bash
# Kafka's logins and access lists, from within the broker's own network: passwords from files, rights from acls.txt.
set -euo pipefail
bin=/opt/kafka/bin
at=(--bootstrap-server localhost:9094)
for user in admin worker sink watcher gateway board; do
  "$bin/kafka-configs.sh" "${at[@]}" --alter --entity-type users --entity-name "$user" \
    --add-config "SCRAM-SHA-512=[password=$(cat "/run/secrets/kafka_$user")]" >/dev/null
done
while read -r user operation kind name; do
  case "$user" in ''|'#'*) continue ;; esac
  pattern=literal
  if [ "$name" != '*' ] && [ "${name%\*}" != "$name" ]; then pattern=prefixed; name="${name%\*}"; fi
  case "$kind" in transactionalid) kind=transactional-id ;; esac
  "$bin/kafka-acls.sh" "${at[@]}" --add --allow-principal "User:$user" --operation "$operation" \
    "--$kind" "$name" --resource-pattern-type "$pattern" >/dev/null
done </etc/kafka/acls.txt
