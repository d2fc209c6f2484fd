#!/bin/bash
# Puts an engine through docker compose: a project of three services, a volume and a healthcheck that one waits for, on the default bridge.
#
#   tools/try-compose.sh
#
# compose is unpacked once, see tools/judges/common.sh; the engine has directories and namespaces of its own, its network included. Fails if a step does.
set -uo pipefail
[ "${1:-}" != --help ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0; }

# shellcheck source=tools/judges/common.sh
. "$(dirname "$(readlink -f "$0")")/judges/common.sh"
# shellcheck source=tools/judges/engine.sh
. "$(dirname "$(readlink -f "$0")")/judges/engine.sh"

PLUGIN=/usr/libexec/docker/cli-plugins/docker-compose

fill_compose() { unpack_judge docker-compose patchelf && make_them_run $PLUGIN; }

clean_up() { :; }

# a network namespace of one's own has no way to packages
[ -n "${OWN_NAMESPACES:-}" ] || (
  begin_trial "$0"
  provide_judge compose fill_compose
) || exit
[ -n "${OWN_NAMESPACES:-}" ] || OWN_NAMESPACES=1 exec unshare --mount --propagation slave --net --pid --fork --kill-child --mount-proc "$0" "$@"

clean_up() { end_engine; }

begin_trial "$0"
own_engine
pack_root
docker import --change 'CMD ["sh"]' "$WORK/rootfs.tar" box:1 >/dev/null || die "no image"
mkdir -p "$DOCKER_CONFIG/cli-plugins" "$WORK/project" && ln -s "$JUDGES/compose/root$PLUGIN" "$DOCKER_CONFIG/cli-plugins/"
cd "$WORK/project" || exit

cat >compose.yaml <<'FILE'
name: trial
services:
  store:
    image: box:1
    network_mode: bridge
    command: sh -c 'echo begun >>/data/log; sleep 0.5; touch /data/ready; exec sleep 1000'
    init: true
    stop_grace_period: 1s
    volumes: [ "data:/data" ]
    healthcheck:
      test: [ "CMD", "test", "-e", "/data/ready" ]
      interval: 300ms
      retries: 50
  front:
    image: box:1
    network_mode: bridge
    command: httpd -f -h /data
    init: true
    stop_grace_period: 1s
    ports: [ "127.0.0.1:8090:80" ]
    volumes: [ "data:/data:ro" ]
    environment: { COLOUR: blue }
    labels: { part: front }
    depends_on:
      store: { condition: service_healthy }
  once:
    image: box:1
    network_mode: none
    command: sh -c 'echo done; exit 0'
volumes:
  data:
FILE

fetch() { exec 9<>/dev/tcp/127.0.0.1/8090 && printf 'GET /log HTTP/1.0\r\n\r\n' >&9 && cat <&9; }
serves() { (fetch) 2>/dev/null | grep -q begun; }

step 'config' '0:service_healthy' docker compose config
first_step 'up -d' '0:Started' docker compose up -d
step 'ps' '0:trial-store-1.*healthy' docker compose ps
step 'ps -a' '0:trial-once-1.*Exited \(0\)' docker compose ps -a
step 'ls' '0:^trial.*running' docker compose ls
step 'front waited for store' '0:' await serves
step 'logs' '0:once-1 .*done' docker compose logs
step 'logs of one' '0:done' docker compose logs --no-log-prefix once
step 'exec' '0:^blue$' docker compose exec -T front sh -c 'echo $COLOUR'
step 'top' '0:sleep' docker compose top store
step 'port' '0:^127.0.0.1:8090$' docker compose port front 80
step 'images' '0:trial-store-1 +box' docker compose images
step 'run --rm' '0:^begun$' docker compose run --rm -T --no-deps --entrypoint cat store /data/log
step 'cp' '0:' docker compose cp compose.yaml store:/tmp/
step 'pause, unpause' '0:' sh -c 'docker compose pause store && docker compose unpause store'
step 'stop, start' '0:' sh -c 'docker compose stop front && docker compose start front'
step 'it serves again' '0:' await serves
step 'restart' '0:' docker compose restart store
step 'kill' '0:' docker compose kill front
step 'up again leaves the others' '0:Started' docker compose up -d
step 'up with a change makes anew' '0:Recreate' sh -c 'sed -i s/blue/red/ compose.yaml && docker compose up -d'
step 'the change is there' '0:^red$' docker compose exec -T front sh -c 'echo $COLOUR'
step 'up in the foreground ends with its services' '0:done' docker compose up --no-deps --force-recreate once
step 'wait' '137:' sh -c '(sleep 1; docker compose kill front) >/dev/null 2>&1 & docker compose wait front'
step 'events, until interrupted' '130:' timeout --preserve-status -s INT 1 docker compose events --json
step 'volumes' '0:^trial_data$' docker volume ls --format '{{.Name}}'
step 'down -v' '0:Removed' docker compose down -v
step 'nothing is left' '0:^$' sh -c 'docker ps -aq; docker volume ls -q'

finish_steps
