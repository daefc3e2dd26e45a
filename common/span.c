/* Lengths of time and stamps as text. No locale, no time zone. */
#include "span.h"

#include <stdio.h>
#include <string.h>

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

char *span_format(char buf[SPAN_TEXT], int64_t seconds)
{
	unsigned int s;

	if (seconds < 0)
		seconds = 0;
	if (seconds / DAY > 99999)
		seconds = (int64_t)99999 * DAY;
	s = (unsigned int)(seconds % DAY);
	if (seconds < MINUTE)
		snprintf(buf, SPAN_TEXT, "%us", s % 60);
	else if (seconds < HOUR)
		snprintf(buf, SPAN_TEXT, "%um%02us", s / MINUTE % 60, s % 60);
	else if (seconds < DAY)
		snprintf(buf, SPAN_TEXT, "%uh%02um", s / HOUR % 24, s / MINUTE % 60);
	else if (seconds < 100 * DAY)
		snprintf(buf, SPAN_TEXT, "%ud%02uh", (unsigned int)(seconds / DAY) % 100,
			s / HOUR % 24);
	else
		snprintf(buf, SPAN_TEXT, "%ud", (unsigned int)(seconds / DAY) % 100000);
	return buf;
}

char *span_stamp(char buf[STAMP_TEXT], const struct timespec *utc)
{
	struct tm tm;
	time_t t = utc->tv_sec;

	if (gmtime_r(&t, &tm) == NULL || tm.tm_year > 8099 || tm.tm_year < -1900)
		memcpy(buf, "9999-12-31T23:59:59Z", STAMP_TEXT);
	else
		strftime(buf, STAMP_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}
