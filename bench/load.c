/* A load client outside Python's way: load PORT CONNECTIONS FILE MUST_HOLD SHOULD_HOLD

   FILE holds whole HTTP requests, each behind its length (4 bytes, little-endian). Each is sent once, over
   keep-alive connections, one under way on each. Prints one line: seconds, answers, wrong answers, lesser ones,
   and the median and 99th percentile of the time to an answer in microseconds. An answer is wrong unless its
   status is 200 and it holds MUST_HOLD, and a lesser one where it does not hold SHOULD_HOLD. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define ROOM 65536

struct place { int fd; size_t got; double sent; char in[ROOM]; };

static char *all, *next_request, *end;
static double *took;
static size_t answered, wrong, lesser;
static const char *must_hold, *should_hold;

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static void fail(const char *what) { perror(what); exit(1); }

static int send_next(struct place *place) {
    if (next_request >= end) return 0;
    unsigned length;
    memcpy(&length, next_request, 4);
    place->sent = now();
    place->got = 0;
    if (write(place->fd, next_request + 4, length) != (ssize_t)length) fail("write");
    next_request += 4 + length;
    return 1;
}

/* The length of the whole answer in the buffer, or 0 while it is not there. */
static size_t whole(struct place *place) {
    place->in[place->got] = 0;
    char *body = strstr(place->in, "\r\n\r\n");
    if (!body) return 0;
    char *length = strcasestr(place->in, "content-length:");
    if (!length || length > body) fail("an answer without a length");
    size_t size = body + 4 - place->in + strtoul(length + 15, NULL, 10);
    return place->got >= size ? size : 0;
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

int main(int count, char **words) {
    if (count != 6) { fprintf(stderr, "load PORT CONNECTIONS FILE MUST_HOLD SHOULD_HOLD\n"); return 2; }
    int connections = atoi(words[2]);
    must_hold = words[4];
    should_hold = words[5];
    FILE *file = fopen(words[3], "rb");
    if (!file) fail("open");
    fseek(file, 0, SEEK_END);
    size_t size = ftell(file);
    rewind(file);
    all = next_request = malloc(size);
    end = all + size;
    if (fread(all, 1, size, file) != size) fail("read");
    size_t requests = 0;
    for (char *at = all; at < end; requests++) { unsigned length; memcpy(&length, at, 4); at += 4 + length; }
    took = malloc(requests * sizeof *took);
    struct place *places = calloc(connections, sizeof *places);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int epoll = epoll_create1(0), one = 1;
    for (int n = 0; n < connections; n++) {
        places[n].fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(places[n].fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
        setsockopt(places[n].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &places[n]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, places[n].fd, &event);
    }
    double began = now();
    for (int n = 0; n < connections; n++) send_next(&places[n]);
    while (answered < requests) {
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, 20000);
        if (ready <= 0) fail("no answer");
        for (int n = 0; n < ready; n++) {
            struct place *place = events[n].data.ptr;
            ssize_t more = read(place->fd, place->in + place->got, ROOM - 1 - place->got);
            if (more <= 0) fail("connection closed");
            place->got += more;
            if (!whole(place)) continue;
            took[answered++] = (now() - place->sent) * 1e6;
            if (strncmp(place->in, "HTTP/1.1 200", 12) || !strstr(place->in, must_hold))
                wrong++;
            else if (!strstr(place->in, should_hold))
                lesser++;
            send_next(place);
        }
    }
    double seconds = now() - began;
    qsort(took, requests, sizeof *took, by_size);
    printf("%.6f %zu %zu %zu %.0f %.0f\n", seconds, answered, wrong, lesser, took[requests / 2], took[requests * 99 / 100]);
    return 0;
}
