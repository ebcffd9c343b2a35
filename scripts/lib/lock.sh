# Only one setup at a time works on a checkout.

# The lock is taken on file descriptor 9 and goes with the process that holds it, so a
# killed setup leaves none behind. Daemons must be started with `9>&-`.
lock_setup() {
    exec 9>"$LOCAL/setup.lock"
    flock --nonblock 9 && return 0
    say "Waiting for another setup of this checkout to finish"
    flock 9
}

unlock_setup() { exec 9>&-; }
