#include "waitgoal.h"

#include <string.h>

static const char *const goals[WAIT_GOALS] = { "up", "ready", "down", "restarted" };

int wait_goal_of(const char *word)
{
	for (int i = 0; i < WAIT_GOALS; i++)
		if (strcmp(goals[i], word) == 0)
			return i;
	return -1;
}

const char *wait_goal_name(enum wait_goal goal)
{
	return goals[goal];
}

void wait_state(enum wait_goal goal, struct wait_item *item, const struct svstatus *st)
{
	bool up = svstatus_is_up(st);

	if (!up)
		item->was_down = true;
	switch (goal) {
	case WAIT_FOR_UP:
		item->reached = item->reached || up;
		break;
	case WAIT_FOR_READY:
		item->reached = item->reached || (up && st->ready);
		break;
	case WAIT_FOR_DOWN:
		item->reached = item->reached || st->pid == 0;
		break;
	default: /* restarted: a state alone does not tell, unless it was seen down before */
		item->reached = item->reached || (up && item->was_down);
	}
}

static void ended(enum wait_goal goal, struct wait_item *item, const char *why)
{
	if (goal == WAIT_FOR_DOWN)
		item->reached = true;
	else if (!item->reached)
		item->failed = why;
}

void wait_letter(enum wait_goal goal, struct wait_item *item, char letter)
{
	switch (letter) {
	case 'u':
		if (goal == WAIT_FOR_UP || (goal == WAIT_FOR_RESTARTED && item->was_down))
			item->reached = true;
		break;
	case 'U':
		item->reached = item->reached || goal == WAIT_FOR_READY;
		break;
	case 'd':
		item->was_down = true;
		break;
	case 'D':
		item->was_down = true;
		item->reached = item->reached || goal == WAIT_FOR_DOWN;
		break;
	case 'O':
		if (goal != WAIT_FOR_DOWN)
			ended(goal, item, "has failed for good: its finish script said so");
		break;
	case 'x':
		ended(goal, item, "has left supervision");
		break;
	default:
		break;
	}
}
