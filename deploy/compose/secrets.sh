#!/bin/sh
# Makes the secrets of compose.yaml and monitoring.yaml in the folder "secrets" beside it: random passwords, and what ClickHouse needs of
# them. What is there stays as it is, so it can be repeated; remove a file to get another secret.
set -eu
umask 022
dir=$(cd "$(dirname "$0")" && pwd)/secrets
mkdir -p "$dir"
# Containers read the files as users of their own, so only the folder keeps other users of this machine out.
chmod 700 "$dir"

random() {
  od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n'
}

hash() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -c1-64
}

# secret NAME: a file with a random secret, without a line end.
secret() {
  if [ ! -s "$dir/$1" ]; then
    random >"$dir/$1.new"
    mv "$dir/$1.new" "$dir/$1"
    echo "made $dir/$1"
  fi
}

for name in clickhouse_owner clickhouse_writer clickhouse_alerts clickhouse_reader clickhouse_gate clickhouse_cluster \
  clickhouse_replicas jwt_secret webhook_key grafana_admin; do
  secret "$name"
done

user() {
  echo "    <api_$1><password_sha256_hex>$(hash "$dir/clickhouse_$1")</password_sha256_hex></api_$1>"
}

cluster=$(cat "$dir/clickhouse_cluster")
cat >"$dir/clickhouse_users.xml" <<XML
<clickhouse>
  <users>
$(user owner)
$(user writer)
$(user alerts)
$(user reader)
$(user gate)
  </users>
</clickhouse>
XML
cat >"$dir/clickhouse_servers.xml" <<XML
<clickhouse>
  <remote_servers>
    <api_credits><secret>$cluster</secret></api_credits>
    <api_credits_unsharded><secret>$cluster</secret></api_credits_unsharded>
  </remote_servers>
  <interserver_http_credentials>
    <user>replica</user>
    <password>$(cat "$dir/clickhouse_replicas")</password>
  </interserver_http_credentials>
</clickhouse>
XML
