#!/usr/bin/env bash
# Runs akguard ci as the inputs of the action say, and keeps its exit code.
set -euo pipefail

args=(ci --format "${AKGUARD_FORMAT:-text}")
if [[ -n ${AKGUARD_OUTPUT:-} ]]; then args+=(--output "$AKGUARD_OUTPUT"); fi
if [[ ${AKGUARD_FETCH:-} == true ]]; then args+=(--fetch); fi
if [[ ${AKGUARD_VERIFY:-} == false ]]; then args+=(--no-verify); fi
if [[ -n ${AKGUARD_FAIL_ON:-} ]]; then args+=(--fail-on "$AKGUARD_FAIL_ON"); fi
if [[ ${AKGUARD_COMMENT:-} == true ]]; then args+=(--comment); fi
if [[ ${AKGUARD_CHECK:-} == true ]]; then args+=(--check); fi
if [[ ${AKGUARD_COMMENT:-} == true || ${AKGUARD_CHECK:-} == true ]]; then export GITHUB_TOKEN=${AKGUARD_TOKEN:-}; fi
unset AKGUARD_TOKEN
read -r -a more <<<"${AKGUARD_ARGS:-}"

cd "${AKGUARD_PATH:-.}"
code=0
"$AKGUARD_PROGRAM" "${args[@]}" ${more[@]+"${more[@]}"} || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
