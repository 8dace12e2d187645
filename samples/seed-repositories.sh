#!/bin/sh
# Makes the repositories of the lab's Git server: seed-repositories.sh SAMPLES-FOLDER REPOSITORIES-FOLDER NAME...
# A name that is a folder of the samples begins with that as its branch main (and, where there is a patch for it, a branch
# ci_fail); any other begins empty. One that is there stays as it is. Author and dates are fixed, so that every lab has the
# same commits.
set -eu

if [ "$#" -lt 2 ]; then
  echo "usage: $0 SAMPLES-FOLDER REPOSITORIES-FOLDER NAME..." >&2
  exit 2
fi
samples=$(cd -- "$1" && pwd)
mkdir -p -- "$2"
folder=$(cd -- "$2" && pwd)
shift 2

export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME='Cloud Lab' GIT_AUTHOR_EMAIL='lab@example.org' GIT_AUTHOR_DATE='2025-01-01T00:00:00Z'
export GIT_COMMITTER_NAME='Cloud Lab' GIT_COMMITTER_EMAIL='lab@example.org' GIT_COMMITTER_DATE='2025-01-01T00:00:00Z'
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

# Made beside its place and then moved there: a repository that can be seen is whole.
new=$folder/.new.$$
trap 'rm -rf -- "$new"' EXIT
trap 'exit 1' HUP INT TERM

repository() { git --git-dir="$new" -c core.fileMode=false -c core.autocrlf=false -c commit.gpgSign=false "$@"; }

# The sample NAME as the branches main and ci_fail.
fill() {
  repository config core.bare false
  (cd -- "$samples/$1" && repository --work-tree=. add --all .)
  main=$(repository commit-tree -m "$(cat -- "$samples/$1.message")" "$(repository write-tree)")
  repository update-ref refs/heads/main "$main"
  if [ -e "$samples/$1-ci-fail.patch" ]; then
    repository apply --cached "$samples/$1-ci-fail.patch"
    fail=$(repository commit-tree -p "$main" -m 'Expect a wrong sum, for a run that fails' "$(repository write-tree)")
    repository update-ref refs/heads/ci_fail "$fail"
  fi
  rm -rf -- "$new/index" "$new/logs"
  repository config core.bare true
}

# Version 0.1 allowed pushes in each repository's own settings; who may push is for the Git server to say.
for each in "$folder"/*.git; do
  if git --git-dir="$each" config --get http.receivepack >/dev/null 2>&1; then
    git --git-dir="$each" config --unset-all http.receivepack
  fi
done

for name in "$@"; do
  target=$folder/$name.git
  if [ -e "$target" ]; then
    echo "$target is there already"
    continue
  fi
  git init --quiet --bare --template= --object-format=sha1 --initial-branch=main -- "$new"
  if [ -d "$samples/$name" ]; then fill "$name"; fi
  # A run names the commit that its branch pointed to when it was asked for, which a push may have replaced since.
  repository config uploadpack.allowAnySHA1InWant true
  repository config transfer.fsckObjects true
  repository fsck --strict --no-dangling --no-progress
  mv -- "$new" "$target"
  echo "$target is made"
done
