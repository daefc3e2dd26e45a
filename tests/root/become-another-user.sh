#!/bin/bash
#
# Root becomes another user with his groups and cannot come back: the unit test that only root can run whole.
. "$(dirname "$0")/../lib/tap.sh"
t_ok "root becomes another for good" "$B/unit/test_ids" --filter "ids/becomes*"
t_done
