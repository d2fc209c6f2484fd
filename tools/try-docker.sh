#!/bin/bash
# Puts an engine through the docker client: every command for containers and images, and those for volumes, networks and the system that belong to them.
#
#   tools/try-docker.sh [--only PATTERN]       with an engine of its own, built from this clone
#
# The engine has directories of its own and lives in namespaces of its own, its network included, with which everything ends that it started.
# The client is the docker of PATH. Fails if a step does.
set -uo pipefail
[ "${1:-}" != --help ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0; }

[ -n "${OWN_NAMESPACES:-}" ] || OWN_NAMESPACES=1 exec unshare --mount --propagation slave --net --pid --fork --kill-child --mount-proc "$0" "$@"
# shellcheck source=tools/judges/common.sh
. "$(dirname "$(readlink -f "$0")")/judges/common.sh"

# shellcheck source=tools/judges/engine.sh
. "$(dirname "$(readlink -f "$0")")/judges/engine.sh"

clean_up() { end_engine; }

begin_trial "$0"
ONLY=''
[ "${1:-}" != --only ] || ONLY=$2
own_engine
pack_root

# one NAME EXPECTATION COMMAND...: a step, unless --only asks for others.
one() {
  if [ -n "$ONLY" ] && ! grep -Eq "$ONLY" <<<"$1"; then return 0; fi
  step "$@"
}
# what a shell does with docker's output
shell() { sh -c "$@"; }
says() { docker logs "$1" 2>&1 | grep -q "$2"; }
is() { [ "$(docker inspect --format "$2" "$1")" = "$3" ]; }

# ---- system ------------------------------------------------------------------------------------------------------
one 'version' '0:API version:' docker version
one 'version --format' '0:^1\.50$' docker version --format '{{.Server.APIVersion}}'
one 'info' '0:Server Version' docker info
one 'info --format' '0:^overlay' docker info --format '{{.Driver}}'
one 'events are recorded' '0:^$' docker events --since 1s --until 0s

# ---- images: bring, name, show -----------------------------------------------------------------------------------
first_step 'import' '0:^sha256:' docker import --change 'CMD ["sh"]' --change 'ENV COLOUR=green' --message brought "$WORK/rootfs.tar" box:1
one 'import from standard input' '0:^sha256:' shell 'docker import - box:stdin <"$0"' "$WORK/rootfs.tar"
one 'images' '0:^box +1 ' docker images
one 'images --filter' '0:^box:1$' docker images --filter reference='box:1' --format '{{.Repository}}:{{.Tag}}'
one 'image ls --digests --no-trunc' '0:sha256:' docker image ls --digests --no-trunc
one 'image inspect' '0:^\[COLOUR=green\]$' docker image inspect --format '{{.Config.Env}}' box:1
one 'inspect --type image' '0:^linux$' docker inspect --type image --format '{{.Os}}' box:1
one 'history' '0:brought' docker history box:1
one 'tag' '0:' docker tag box:1 box:2
one 'save' '0:' docker save -o "$WORK/box.tar" box:1 box:2
one 'save holds both names' '0:manifest.json' shell 'tar -tf "$0"; tar -xOf "$0" manifest.json | grep box:2' "$WORK/box.tar"
one 'rmi' '0:Untagged: box:2' docker rmi box:2
one 'image rm by id is refused while named twice' '0:' docker image rm box:stdin
one 'load' '0:Loaded image: box:2' docker load -i "$WORK/box.tar"
one 'load from standard input' '0:Loaded image' shell 'docker load <"$0"' "$WORK/box.tar"
one 'image of no name' '1:No such image' docker image inspect nothing:here
one 'run of no image' '125:' docker run --pull never nothing:here true
one 'image prune' '0:Total reclaimed' docker image prune -f

# ---- run ---------------------------------------------------------------------------------------------------------
first_step 'run' '0:^hello from 1$' docker run --rm box:1 sh -c 'echo hello from $$'
one 'run: exit code' '7:' docker run --rm box:1 sh -c 'exit 7'
one 'run: no such program' '127:no such file' docker run --rm box:1 /no/such/program
one 'run: not executable' '126:permission denied' docker run --rm box:1 /etc/passwd
one 'run -i' '0:^got words$' shell 'echo words | docker run --rm -i box:1 sh -c "read -r l; echo got \$l"'
one 'run: output apart' '0:^out$' shell 'docker run --rm box:1 sh -c "echo out; echo err >&2" 2>/dev/null'
one 'run -t' '0:/dev/pts/0' docker run --rm -t box:1 tty
one 'run --user' '0:^1000 1001$' docker run --rm --user 1000:1001 box:1 sh -c 'echo $(id -u) $(id -g)'
one 'run --group-add' '0:^0 77$|^0 77' docker run --rm --group-add 77 box:1 id -G
one 'run --hostname --domainname' '0:^name.site$' docker run --rm --hostname name --domainname site box:1 hostname -f
one 'run --workdir --env' '0:^/made/here v green$' docker run --rm --workdir /made/here -e N=v box:1 sh -c 'echo $PWD $N $COLOUR'
one 'run --env-file' '0:^from file$' shell 'echo "W=from file" >"$0"; docker run --rm --env-file "$0" box:1 sh -c "echo \$W"' "$WORK/env"
one 'run --entrypoint' '0:^entered$' docker run --rm --entrypoint echo box:1 entered
one 'run --read-only' '1:Read-only' docker run --rm --read-only box:1 touch /file
one 'run --read-only --tmpfs' '0:^tmpfs /mine' docker run --rm --read-only --tmpfs /mine:size=1m box:1 sh -c 'touch /mine/x; grep " /mine " /proc/mounts'
one 'run --mount type=tmpfs' '0:size=2048k' docker run --rm --mount type=tmpfs,destination=/mine,tmpfs-size=2097152 box:1 grep ' /mine ' /proc/mounts
mkdir -p "$WORK/shared" && echo shared >"$WORK/shared/file"
one 'run -v of a directory' '0:^shared$' docker run --rm -v "$WORK/shared:/shared" box:1 cat /shared/file
one 'run -v ro' '1:Read-only' docker run --rm -v "$WORK/shared:/shared:ro" box:1 touch /shared/file
one 'run --mount type=bind of nothing' '125:bind source path does not exist' docker run --rm --mount "type=bind,source=$WORK/none,target=/x" box:1 true
one 'run --cap-drop --cap-add' '0:CapEff:.0000000000000001' docker run --rm --cap-drop ALL --cap-add CHOWN box:1 grep CapEff /proc/self/status
one 'run --privileged' '0:Seccomp:.0' docker run --rm --privileged box:1 grep Seccomp: /proc/self/status
one 'run --security-opt no-new-privileges' '0:NoNewPrivs:.1' docker run --rm --security-opt no-new-privileges box:1 grep NoNewPrivs /proc/self/status
one 'run: the default profile' '0:Seccomp:.2' docker run --rm box:1 grep Seccomp: /proc/self/status
one 'run --security-opt seccomp=unconfined' '0:Seccomp:.0' docker run --rm --security-opt seccomp=unconfined box:1 grep Seccomp: /proc/self/status
one 'run --ulimit' '0:^77$' docker run --rm --ulimit nofile=77:77 box:1 sh -c 'ulimit -n'
one 'run --sysctl' '0:^77$' docker run --rm --sysctl kernel.msgmax=77 box:1 cat /proc/sys/kernel/msgmax
one 'run --device' '0:^crw' docker run --rm --device /dev/kmsg:/dev/mine box:1 ls -l /dev/mine
one 'run --shm-size' '0:size=2048k' docker run --rm --shm-size 2m box:1 grep ' /dev/shm ' /proc/mounts
one 'run --pid host' '0:^[0-9]+$' docker run --rm --pid host box:1 sh -c 'echo $$'
one 'run --ipc host --uts host' '0:' docker run --rm --ipc host --uts host box:1 true
one 'run --cgroupns private' '0:' docker run --rm --cgroupns private box:1 true
one 'run --oom-score-adj' '0:^77$' docker run --rm --oom-score-adj 77 box:1 cat /proc/self/oom_score_adj
one 'run --memory' '0:^67108864$' docker run --rm --memory 64m box:1 sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'
one 'run --cpus' '0:^50000|^50000 100000' docker run --rm --cpus 0.5 box:1 sh -c 'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cat /sys/fs/cgroup/cpu.max'
one 'run --pids-limit' '0:^17$' docker run --rm --pids-limit 17 box:1 sh -c 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max'
one 'run out of memory' '137:' docker run --name greedy --memory 16m --memory-swap 16m box:1 sh -c 'exec tail -n 1 /dev/zero'
one 'out of memory is told' '0:^true$' docker inspect --format '{{.State.OOMKilled}}' greedy
one 'run --init' '0:^ *1 .*init' docker run --rm --init box:1 ps -o pid,args
one 'run --label, --annotation' '0:^blue$' shell 'docker run -d --name labelled --label colour=blue --annotation a=b box:1 true >/dev/null && docker inspect --format "{{.Config.Labels.colour}}" labelled'
one 'run --cidfile' '0:^[0-9a-f]{64}$' shell 'docker run --cidfile "$0" --rm box:1 true && cat "$0"' "$WORK/cid"
one 'run of a taken name' '125:is already in use by container' docker run --name greedy box:1 true
one 'run --network none' '0:^lo$' docker run --rm --network none box:1 ls /sys/class/net
one 'run --network host' '0:lo' docker run --rm --network host box:1 ls /sys/class/net
one 'run on the default network' '0:^eth0' docker run --rm box:1 sh -c 'ls /sys/class/net; ip -o addr show eth0'
one 'run --runtime nothing' '125:nothing' docker run --rm --runtime nothing box:1 true
one 'run --stop-signal' '0:^SIGUSR1$' shell 'docker create --name signalled --stop-signal SIGUSR1 box:1 >/dev/null && docker inspect --format "{{.Config.StopSignal}}" signalled'

# ---- one that stays ----------------------------------------------------------------------------------------------
# shellcheck disable=SC2016
LONG='trap "exit 5" TERM; trap "echo usr1" USR1; echo up; echo down >&2; while :; do sleep 0.1; done'
one 'run -d' '0:^[0-9a-f]{64}$' docker run -d --name long --memory 64m box:1 sh -c "$LONG"
one 'logs' '0:' await says long '^up$'
one 'logs --tail 1 --timestamps' '0:^20[0-9-]+T[0-9:.]+Z ' docker logs --tail 1 --timestamps long
one 'logs --since of later' '0:^$' docker logs --since 2999-01-01T00:00:00Z long
one 'logs --until' '0:up' docker logs --until "$(date +%s.%N)" long
one 'logs --follow ends with the container' '0:^1$' shell 'docker run -d --name brief box:1 sh -c "echo 1; sleep 0.5" >/dev/null; docker logs -f brief'
one 'logs --details' '0:up' docker logs --details long
one 'ps' '0:long' docker ps
one 'ps -a --size --no-trunc' '0:greedy' docker ps -a --size --no-trunc
one 'ps --filter --format' '0:^long running$' docker ps --filter name=long --format '{{.Names}} {{.State}}'
one 'ps --filter exited' '0:greedy' docker ps -a --filter exited=137 --format '{{.Names}}'
one 'ps --last' '0:' docker ps --last 2 -q
one 'top' '0:trap' docker top long
one 'top with ps options' '0:trap' docker top long -o pid,args
one 'stats --no-stream' '0:long .*/ 64MiB' docker stats --no-stream
one 'stats --no-stream --format' '0:^[0-9]+$' docker stats --no-stream --format '{{.PIDs}}' long
one 'port' '0:^$' docker port long
one 'exec' '0:^in$' docker exec long echo in
one 'exec: exit code' '9:' docker exec long sh -c 'exit 9'
one 'exec: no such program' '127:no such file' docker exec long /no/such/program
one 'exec -i' '0:^got words$' shell 'echo words | docker exec -i long sh -c "read -r l; echo got \$l"'
one 'exec -t' '0:/dev/pts/' docker exec -t long tty
one 'exec --user --env --workdir' '0:^1000 v /tmp$' docker exec --user 1000 --env N=v --workdir /tmp long sh -c 'echo $(id -u) $N $PWD'
one 'exec --privileged is refused yet' '1:not supported' docker exec --privileged long true
one 'exec -d' '0:' docker exec -d long touch /tmp/detached
one 'exec -d has run' '0:' await docker exec long test -e /tmp/detached
one 'cp into it' '0:' docker cp "$WORK/shared/file" long:/tmp/copied
one 'cp out of it' '0:^shared$' shell 'docker cp long:/tmp/copied "$0/back" && cat "$0/back"' "$WORK"
one 'cp of a directory, to standard output' '0:www/page' shell 'docker cp long:/srv/www - | tar -t'
one 'cp from standard input' '0:^words$' shell 'tar -C "$0/rootfs/srv" -c www | docker cp - long:/tmp && docker exec long cat /tmp/www/page' "$WORK"
one 'cp of what is not there' '1:Could not find the file' docker cp long:/no/such "$WORK/back"
one 'diff' '0:^A /tmp/copied$' docker diff long
one 'update' '0:^long$' docker update --memory 96m --memory-swap 96m --pids-limit 33 --cpus 0.5 long
one 'update has changed it' '0:^100663296$' docker exec long sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'
one 'update --restart' '0:^on-failure$' shell 'docker update --restart on-failure:3 long >/dev/null && docker inspect --format "{{.HostConfig.RestartPolicy.Name}}" long'
one 'update --restart no' '0:' docker update --restart no long
one 'pause' '0:^long$' docker pause long
one 'paused' '0:^long.*Paused' docker ps --format '{{.Names}} {{.Status}}' --filter status=paused
one 'exec in a paused one' '1:is paused' docker exec long true
one 'unpause' '0:^long$' docker unpause long
one 'commit' '0:^sha256:' docker commit --author somebody --message 'a state' --change 'CMD ["cat", "/tmp/copied"]' long box:committed
one 'run what was committed' '0:^shared$' docker run --rm box:committed
one 'export' '0:^tmp/copied$' shell 'docker export -o "$0" long && tar -tf "$0"' "$WORK/export.tar"
one 'export, import, run' '0:^shared$' shell 'docker import "$0" box:exported >/dev/null && docker run --rm box:exported cat /tmp/copied' "$WORK/export.tar"
one 'rename' '0:' docker rename long longer
one 'rename back' '0:' docker rename longer long
one 'attach --no-stdin' '0:usr1' shell '(sleep 1; docker kill -s USR1 long; sleep 1; docker kill -s TERM long) >/dev/null & docker attach --no-stdin --sig-proxy=false long; test $? = 5 && wait'
one 'wait' '0:^5$' docker wait long
one 'start' '0:^long$' docker start long
one 'start of a running one' '0:^long$' docker start long
one 'kill -s USR1' '0:^long$' docker kill -s USR1 long
one 'stop' '0:^long$' docker stop long
one 'its exit code' '0:^exited 5$' docker inspect --format '{{.State.Status}} {{.State.ExitCode}}' long
one 'kill of a stopped one' '1:is not running' docker kill long
one 'restart' '0:^long$' docker restart --time 1 long
one 'stop --signal --time' '0:' docker stop --signal KILL --time 1 long
one 'create, start -a' '0:^late$' shell 'docker create --name late box:1 echo late >/dev/null && docker start -a late'
one 'start -i' '0:^got words$' shell 'docker create -i --name asked box:1 sh -c "read -r l; echo got \$l" >/dev/null && echo words | docker start -i asked'
one 'rm' '0:^late$' docker rm late
one 'rm of a running one' '1:cannot remove' shell 'docker run -d --name busy box:1 sleep 1000 >/dev/null && docker rm busy'
one 'rm -f' '0:^busy$' docker rm -f busy
one 'rm of nothing' '1:No such container: nothing' docker rm nothing
one 'inspect --size' '0:"SizeRootFs"' docker inspect --size long
one 'run --restart' '0:' shell 'docker run -d --name again --restart on-failure:2 box:1 sh -c "exit 3" >/dev/null'
one 'it was started twice more' '0:' await is again '{{.RestartCount}} {{.State.Status}}' '2 exited'
one 'run with a health check' '0:' docker run -d --name well --health-cmd 'test ! -e /ill' --health-interval 300ms --health-retries 2 box:1 sleep 1000
one 'healthy' '0:' await is well '{{.State.Health.Status}}' healthy
one 'unhealthy' '0:' shell 'docker exec well touch /ill'
one 'it is told' '0:' await is well '{{.State.Health.Status}}' unhealthy
one 'ps --filter health' '0:^well$' docker ps --filter health=unhealthy --format '{{.Names}}'
one 'run --log-driver none' '1:does not support reading' shell 'docker run -d --name silent --log-driver none box:1 echo x >/dev/null; docker wait silent; docker logs silent'
one 'run --log-opt' '0:' shell 'docker run --rm --log-driver json-file --log-opt max-size=10k --log-opt max-file=2 box:1 true'
one 'events' '0:container create .*name=seen' shell 'docker run --rm --name seen box:1 true; docker events --since 1m --until "$(date +%s.%N)" --filter type=container'

# ---- checkpoints -------------------------------------------------------------------------------------------------
# shellcheck disable=SC2016
COUNT='n=0; while :; do n=$((n + 1)); echo $n >/tmp/count; sleep 0.05; done'
count() { docker exec "$1" cat /tmp/count; }
counts_past() { [ "$(count "$1")" -gt "$2" ]; }
one 'a container to checkpoint' '0:' docker run -d --name counts box:1 sh -c "$COUNT"
one 'it counts' '0:' await counts_past counts 20
one 'checkpoint create --leave-running' '0:^going$' docker checkpoint create --leave-running counts going
one 'checkpoint create' '0:^halted$' docker checkpoint create counts halted
one 'checkpoint ls' '0:^halted$' shell 'docker checkpoint ls counts | sort'
one 'start --checkpoint' '0:' docker start --checkpoint halted counts
one 'it goes on' '0:' await counts_past counts 21
one 'checkpoint rm' '0:' docker checkpoint rm counts going
one 'checkpoint create --checkpoint-dir' '0:' docker checkpoint create --checkpoint-dir "$WORK/checkpoints" counts apart
one 'start --checkpoint --checkpoint-dir' '0:' docker start --checkpoint apart --checkpoint-dir "$WORK/checkpoints" counts
one 'it goes on again' '0:' await counts_past counts 21
one 'it stops' '0:' docker rm -f counts

# ---- volumes -----------------------------------------------------------------------------------------------------
one 'volume create' '0:^mine$' docker volume create --label colour=blue mine
one 'volume ls' '0:^mine$' docker volume ls --filter label=colour=blue --format '{{.Name}}'
one 'volume inspect' '0:^local$' docker volume inspect --format '{{.Driver}}' mine
one 'run -v of a volume' '0:' docker run --rm -v mine:/mine box:1 sh -c 'echo kept >/mine/file'
one 'another sees it' '0:^kept$' docker run --rm -v mine:/mine box:1 cat /mine/file
one 'a new volume begins with the image'"'"'s files' '0:^words$' docker run --rm -v fresh:/srv/www box:1 cat /srv/www/page
one 'run --mount type=volume' '0:^kept$' docker run --rm --mount type=volume,source=mine,target=/m,readonly box:1 cat /m/file
one 'run --volumes-from' '0:^kept$' shell 'docker create --name holder -v mine:/mine box:1 >/dev/null && docker run --rm --volumes-from holder box:1 cat /mine/file'
one 'volume rm of one in use' '1:volume is in use' docker volume rm mine
one 'rm -v, volume rm' '0:^mine$' shell 'docker rm -v holder >/dev/null && docker volume rm mine'
one 'volume prune' '0:' docker volume prune -a -f
one 'volume of no name' '1:no such volume' docker volume inspect nothing

# ---- networks ----------------------------------------------------------------------------------------------------
one 'network ls' '0:^bridge bridge$' docker network ls --format '{{.Name}} {{.Driver}}'
one 'network inspect' '0:^[0-9.]+/[0-9]+' docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' bridge
one 'run -p' '0:' docker run -d --name server -p 127.0.0.1:8080:80 box:1 httpd -f -h /srv/www
one 'port of it' '0:^127.0.0.1:8080$' docker port server 80/tcp
fetch() { exec 9<>/dev/tcp/127.0.0.1/8080 && printf 'GET /page HTTP/1.0\r\n\r\n' >&9 && cat <&9; }
serves() { (fetch) 2>/dev/null | grep -q words; }
one 'it serves' '0:' await serves
one 'a taken port' '125:port is already allocated' docker run --rm -p 127.0.0.1:8080:80 box:1 true
one 'run --network container' '0:words' docker run --rm --network container:server box:1 wget -qO - http://127.0.0.1/page
one 'containers reach each other' '0:words' shell 'docker run --rm box:1 wget -qO - "http://$(docker inspect --format "{{.NetworkSettings.IPAddress}}" server)/page"'
one 'run --add-host --dns' '0:^10.0.0.1' docker run --rm --add-host far:10.0.0.1 --dns 10.0.0.2 box:1 sh -c 'grep far /etc/hosts; cat /etc/resolv.conf'
one 'rm -f of the server' '0:' docker rm -f server

# ---- the engine is killed ----------------------------------------------------------------------------------------
one 'run -d, before the engine is killed' '0:' docker run -d --name survivor box:1 sh -c 'i=0; while :; do echo $((i=i+1)); sleep 0.1; done'
[ -n "$ONLY" ] || kill_engine_and_start_another
one 'the container has run on' '0:^running$' docker inspect --format '{{.State.Status}}' survivor
one 'exec, logs and stop of it' '0:^12' shell 'docker exec survivor echo 12 && docker logs --tail 1 survivor >/dev/null && docker stop -t 1 survivor >/dev/null'

# ---- the end -----------------------------------------------------------------------------------------------------
one 'system df' '0:^Images' docker system df
one 'system df -v' '0:box' docker system df -v
one 'container prune' '0:Deleted Containers' docker container prune -f
mapfile -t LEFT < <(docker ps -aq)
[ ${#LEFT[@]} = 0 ] || one 'rm -f of all' '0:' docker rm -f "${LEFT[@]}"
one 'system prune' '0:Total reclaimed' docker system prune -a -f --volumes
one 'nothing is left' '0:^$' shell 'docker ps -aq; docker images -q; docker volume ls -q'
one 'swarm is told to be off' '1:not a swarm manager' docker node ls
one 'build says what it is' '1:' shell 'mkdir "$0/build" && echo "FROM scratch" >"$0/build/Dockerfile" && DOCKER_BUILDKIT=0 docker build "$0/build"' "$WORK"

no_cgroups() { ! find /sys/fs/cgroup -type d -path "*$PARENT/*" -not -name monitors | grep .; }
one 'no cgroup is left' '0:' await no_cgroups
no_mounts() { ! grep -q " $WORK/r.*overlay" /proc/mounts; }
one 'no mount is left' '0:' no_mounts

finish_steps
