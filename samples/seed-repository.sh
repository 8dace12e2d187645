#!/bin/sh
# Makes the lab's sample repository, with its branches main and ci_fail: seed-repository.sh SAMPLES-FOLDER BARE-REPOSITORY
# One that is there stays as it is. Author and dates are fixed, so that every lab has the same commits.
set -eu

if [ "$#" -ne 2 ]; then
  echo "usage: $0 SAMPLES-FOLDER BARE-REPOSITORY" >&2
  exit 2
fi
samples=$(cd -- "$1" && pwd)
target=$2

if [ -e "$target" ]; then
  echo "$target is there already"
  exit 0
fi
for part in myapp myapp-ci-fail.patch; do
  if [ ! -e "$samples/$part" ]; then
    echo "$0: $samples has no $part" >&2
    exit 1
  fi
done

folder=$(dirname -- "$target")
mkdir -p -- "$folder"
target=$(cd -- "$folder" && pwd)/$(basename -- "$target")
# Made beside its place and then moved there: a repository that can be seen is whole.
new=$target.new.$$
trap 'rm -rf -- "$new"' EXIT
trap 'exit 1' HUP INT TERM

export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME='Cloud Lab' GIT_AUTHOR_EMAIL='lab@example.org' GIT_AUTHOR_DATE='2025-01-01T00:00:00Z'
export GIT_COMMITTER_NAME='Cloud Lab' GIT_COMMITTER_EMAIL='lab@example.org' GIT_COMMITTER_DATE='2025-01-01T00:00:00Z'
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

git init --quiet --bare --template= --object-format=sha1 --initial-branch=main -- "$new"
repository() { git --git-dir="$new" -c core.fileMode=false -c core.autocrlf=false -c commit.gpgSign=false "$@"; }

repository config core.bare false
(cd -- "$samples/myapp" && repository --work-tree=. add --all .)
main=$(repository commit-tree -m 'A library with one tested function' "$(repository write-tree)")
repository update-ref refs/heads/main "$main"

repository apply --cached "$samples/myapp-ci-fail.patch"
fail=$(repository commit-tree -p "$main" -m 'Expect a wrong sum, for a run that fails' "$(repository write-tree)")
repository update-ref refs/heads/ci_fail "$fail"

rm -rf -- "$new/index" "$new/logs"
repository config core.bare true
# Whoever gets past the web server's own check may push.
repository config http.receivepack true
# A run names the commit that its branch pointed to when it was asked for, which a push may have replaced since.
repository config uploadpack.allowAnySHA1InWant true
repository config transfer.fsckObjects true
repository fsck --strict --no-dangling --no-progress

if [ -e "$target" ]; then
  echo "$target was made meanwhile"
  exit 0
fi
mv -- "$new" "$target"
trap - EXIT
echo "$target: main $main, ci_fail $fail"
