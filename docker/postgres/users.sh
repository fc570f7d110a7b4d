#!/bin/sh
# Makes the user that the programs write with and the one that Grafana reads with. The image runs it at the first start,
# when there is no data yet.
set -eu

platform=$(cat "${SECRETS:-/run/secrets}/postgres.platform-password")
grafana=$(cat "${SECRETS:-/run/secrets}/postgres.grafana-password")
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=platform="$platform" --set=grafana="$grafana" <<'SQL'
CREATE ROLE platform LOGIN PASSWORD :'platform';
CREATE ROLE grafana LOGIN PASSWORD :'grafana';
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO platform', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO grafana', current_database()) \gexec
GRANT USAGE, CREATE ON SCHEMA public TO platform;
-- Tables that the programs make later can be read as well, and never written.
GRANT USAGE ON SCHEMA public TO grafana;
ALTER DEFAULT PRIVILEGES FOR ROLE platform GRANT USAGE ON SCHEMAS TO grafana;
ALTER DEFAULT PRIVILEGES FOR ROLE platform GRANT SELECT ON TABLES TO grafana;
-- A panel with a mistake does not hold the database up.
ALTER ROLE grafana SET statement_timeout = '30s';
ALTER ROLE grafana SET default_transaction_read_only = on;
SQL
