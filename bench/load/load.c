/* A load client outside Python's way: load PORT CONNECTIONS SECONDS FILE RATE [EVERY_ANSWER_HOLDS]

   FILE holds records: the length of a request, the length of what its answer must hold (4 bytes each,
   little-endian), 1 or 0 for whether it must play a recording, the request, what its answer must hold. Each is
   sent once, over keep-alive connections, one under way on each, until the time is over or the file is. RATE is
   how many are sent in a second, whether or not answers come; 0 sends whenever a connection is free. With a rate
   a request's time counts from when it was due, also while it waits for a free connection. With
   EVERY_ANSWER_HOLDS, that alone is what an answer must hold.

   An answer is wrong unless its status is 200, it holds what it must, and it plays nothing that it must not. One
   that does not play what it should is counted apart, as silent; so is status 503, with which the carrier takes
   its fallback. Prints one line of JSON; times in microseconds. */
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
#define HEAD 9

struct request { unsigned length, must_hold_length; int plays; const char *text, *must_hold; };
struct place { int fd; size_t got; double sent; struct request request; char in[ROOM]; };

static char *next_record, *end_of_records;
static const char *every_answer_holds;
static double *took, began, stop_at, rate;
static size_t sent, answered, wrong, silent, fallbacks, idle_count;
static struct place **idle;

static void fail(const char *what) { perror(what); exit(1); }

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static struct request next_request(void) {
    struct request it;
    memcpy(&it.length, next_record, 4);
    memcpy(&it.must_hold_length, next_record + 4, 4);
    it.plays = next_record[8];
    it.text = next_record + HEAD;
    it.must_hold = it.text + it.length;
    next_record += HEAD + it.length + it.must_hold_length;
    return it;
}

static int is_over(void) { return next_record >= end_of_records || now() >= stop_at; }

static void send_next(struct place *place) {
    if (is_over()) return;
    place->request = next_request();
    place->got = 0;
    place->sent = rate ? began + sent / rate : now();
    if (write(place->fd, place->request.text, place->request.length) != (ssize_t)place->request.length)
        fail("write");
    sent++;
}

/* All that are due by now and have a connection to go over. */
static void send_due(void) {
    while (idle_count && !is_over() && sent < (now() - began) * rate) send_next(idle[--idle_count]);
}

/* Whether the whole answer is in the buffer, which is then a string. */
static int whole(struct place *place) {
    place->in[place->got] = 0;
    char *body = strstr(place->in, "\r\n\r\n");
    if (!body) return 0;
    char *length = strcasestr(place->in, "content-length:");
    if (!length || length > body) { fprintf(stderr, "an answer without a length\n"); exit(1); }
    return place->got >= body + 4 - place->in + strtoul(length + 15, NULL, 10);
}

static void judge(struct place *place) {
    struct request *request = &place->request;
    int plays = strstr(place->in, "<Play") != NULL;
    if (!strncmp(place->in, "HTTP/1.1 503", 12)) { fallbacks++; return; }
    int holds = every_answer_holds
        ? strstr(place->in, every_answer_holds) != NULL
        : memmem(place->in, place->got, request->must_hold, request->must_hold_length) != NULL;
    if (strncmp(place->in, "HTTP/1.1 200", 12) || !holds || (plays && !request->plays)) {
        if (!wrong++) fprintf(stderr, "the first wrong answer:\n%s\n", place->in);
    } else if (request->plays && !plays && !every_answer_holds)
        silent++;
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static void read_records(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file) fail(name);
    fseek(file, 0, SEEK_END);
    size_t size = ftell(file), records = 0;
    rewind(file);
    char *all = next_record = malloc(size);
    end_of_records = all + size;
    if (fread(all, 1, size, file) != size) fail("read");
    for (; next_record < end_of_records; records++) next_request();
    next_record = all;
    took = malloc((records + 1) * sizeof *took);
}

int main(int count, char **words) {
    if (count < 6) { fprintf(stderr, "load PORT CONNECTIONS SECONDS FILE RATE [EVERY_ANSWER_HOLDS]\n"); return 2; }
    int connections = atoi(words[2]), epoll = epoll_create1(0), one = 1;
    rate = atof(words[5]);
    every_answer_holds = count > 6 ? words[6] : NULL;
    read_records(words[4]);
    idle = malloc(connections * sizeof *idle);
    struct place *places = calloc(connections, sizeof *places);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int n = 0; n < connections; n++) {
        places[n].fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(places[n].fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
        setsockopt(places[n].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &places[n]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, places[n].fd, &event);
    }
    began = now();
    stop_at = began + atof(words[3]);
    double heard = began;
    for (int n = 0; n < connections; n++)
        if (rate) idle[idle_count++] = &places[n]; else send_next(&places[n]);
    while (answered < sent || (rate && !is_over())) {
        struct epoll_event events[64];
        if (rate) send_due();
        int ready = epoll_wait(epoll, events, 64, rate ? 1 : 20000);
        if (ready > 0) heard = now();
        if (ready < 0 || (answered < sent && now() - heard > 20)) { fprintf(stderr, "no answer for 20 seconds\n"); return 1; }
        for (int n = 0; n < ready; n++) {
            struct place *place = events[n].data.ptr;
            ssize_t more = read(place->fd, place->in + place->got, ROOM - 1 - place->got);
            if (more <= 0) { fprintf(stderr, "the server closed a connection\n"); return 1; }
            place->got += more;
            if (!whole(place)) continue;
            took[answered++] = (now() - place->sent) * 1e6;
            judge(place);
            if (rate) idle[idle_count++] = place; else send_next(place);
        }
    }
    double seconds = now() - began;
    qsort(took, answered, sizeof *took, by_size);
    printf("{\"seconds\": %.6f, \"answers\": %zu, \"per_second\": %.1f, \"p50\": %.0f, \"p99\": %.0f,"
           " \"wrong\": %zu, \"silent\": %zu, \"fallbacks\": %zu}\n",
           seconds, answered, answered / seconds, answered ? took[answered / 2] : 0,
           answered ? took[answered * 99 / 100] : 0, wrong, silent, fallbacks);
    return 0;
}
