// release.h - which release of otel this is.
#ifndef BASE_RELEASE_H
#define BASE_RELEASE_H

#define OTEL_VERSION "0.1.0"

#endif
