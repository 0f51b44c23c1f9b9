# Keeps one database server, as long as somebody is there who uses it.
#
# usage: sh keeper.sh <folder> <patience> <signal> <program> <argument>…
#
# Standard input is the named pipe `clients` in the folder; every test process that uses the server holds it
# open for writing. Whatever way the last of them ends, SIGKILL included, the read below then meets the end
# of the file; after `patience` tenths of a second of that, the server and its folder go.
#
# A line on the pipe is "<id> <verb>"; the answer is the file replies/<id>. An answer is a promise: this
# script does one thing at a time, so nobody who has one can lose the server before closing the pipe.

folder=$1 patience=$2 signal=$3
shift 3
waiter=

start() {
    rm -f pid ended
    (
        "$@" >>log 2>&1 </dev/null &
        echo $! >pid.new && mv pid.new pid
        wait $!
        echo $? >ended
    ) </dev/null &
    waiter=$!
    while [ ! -e pid ]; do sleep 0.01; done
}

stop() {
    if [ -n "$waiter" ]; then
        [ -e ended ] || kill -s "$1" "$(cat pid)" 2>/dev/null
        wait "$waiter"
        waiter=
    fi
}

# From now on a newcomer finds no folder here, and may put a new one in this place.
retire() {
    if [ "$folder" -ef . ] && mv "$folder" "$folder.gone.$$"; then folder=$folder.gone.$$; fi
}

end() {
    trap '' HUP INT TERM
    retire
    stop "$signal"
    cd /
    rm -rf "$folder"
    exit 0
}
trap end HUP INT TERM

quiet=0
while [ "$quiet" -lt "$patience" ]; do
    if read -r id verb; then
        quiet=0
        case $verb in
        join) ;;
        start) start "$@" ;;
        retire) retire ;;
        *) stop "$verb" ;;
        esac
        : >"replies/$id"
    else
        quiet=$((quiet + 1))
        sleep 0.1
    fi
done
end
