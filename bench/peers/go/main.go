// Go's net/http with go-sqlite3 or pgx. There is no Twilio library among Debian's packages: its signature is
// the dozen lines of genuine.
package main

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"log"
	"net/http"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
	_ "github.com/mattn/go-sqlite3"
)

const lookUp = `
	SELECT line.id, line.court_id, line.deliver_sealed, line.ring_seconds, line.time_limit_seconds,
	       notice.id, notice.recording_id, notice.state, notice.review_until
	FROM line LEFT JOIN notice ON notice.line_id = line.id AND notice.state IN ('approved', 'suspended')
	WHERE line.connection_id = $1 AND line.gateway_hash = $2 AND line.state <> 'released'`

const record = `
	INSERT INTO call (id, connection_id, carrier_call_id, court_id, line_id, notice_id, decision, why, shadow,
	                  played_ms, outcome, received_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 'unknown', $10)`

type line struct {
	id, court                string
	deliverSealed            []byte
	ringSeconds, timeLimit   int
	notice, recording, state *string
	reviewUntil              *time.Time
}

func (it *line) fields() []any {
	return []any{&it.id, &it.court, &it.deliverSealed, &it.ringSeconds, &it.timeLimit,
		&it.notice, &it.recording, &it.state, &it.reviewUntil}
}

var errNone = errors.New("no such line")

type store interface {
	find(ctx context.Context, connection string, hash []byte) (*line, error)
	record(ctx context.Context, now time.Time, values ...any) error
}

// SQLite has one writer, so writes wait for one connection in Go instead of polling for a lock in C.
type sqlite struct{ lookUp, insert *sql.Stmt }

func openSqlite(path string) (store, error) {
	const how = "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000"
	readers, err := sql.Open("sqlite3", "file:"+path+how)
	if err != nil {
		return nil, err
	}
	writer, err := sql.Open("sqlite3", "file:"+path+how)
	if err != nil {
		return nil, err
	}
	readers.SetMaxOpenConns(8)
	readers.SetMaxIdleConns(8)
	writer.SetMaxOpenConns(1)
	it := &sqlite{}
	if it.lookUp, err = readers.Prepare(lookUp); err != nil {
		return nil, err
	}
	it.insert, err = writer.Prepare(record)
	return it, err
}

func (it *sqlite) find(ctx context.Context, connection string, hash []byte) (*line, error) {
	found := &line{}
	err := it.lookUp.QueryRowContext(ctx, connection, hash).Scan(found.fields()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNone
	}
	return found, err
}

func (it *sqlite) record(ctx context.Context, now time.Time, values ...any) error {
	_, err := it.insert.ExecContext(ctx, append(values, now.Format("2006-01-02 15:04:05.000000"))...)
	return err
}

type postgres struct{ pool *pgxpool.Pool }

func openPostgres(url string) (store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 8
	pool, err := pgxpool.ConnectConfig(context.Background(), config)
	return &postgres{pool}, err
}

func (it *postgres) find(ctx context.Context, connection string, hash []byte) (*line, error) {
	found := &line{}
	err := it.pool.QueryRow(ctx, lookUp, connection, hash).Scan(found.fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNone
	}
	return found, err
}

func (it *postgres) record(ctx context.Context, now time.Time, values ...any) error {
	_, err := it.pool.Exec(ctx, record, append(values, now)...)
	return err
}

type dial struct {
	Timeout   int    `xml:"timeout,attr"`
	TimeLimit int    `xml:"timeLimit,attr"`
	Number    string `xml:"Number"`
}

type response struct {
	XMLName xml.Name `xml:"Response"`
	Play    string   `xml:"Play,omitempty"`
	Dial    dial     `xml:"Dial"`
}

type server struct {
	store                      store
	baseURL, connection, token string
	hashKey                    []byte
	seal                       cipher.AEAD
}

func (it *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/voice") {
		http.NotFound(w, r)
		return
	}
	if err := r.ParseForm(); err != nil || !it.genuine(r) {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	answer, err := it.answer(r)
	if errors.Is(err, errNone) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		log.Print(err)
		http.Error(w, "trouble", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Write(answer)
}

// Twilio signs the address followed by every field's name and value, in the order of the names.
func (it *server) genuine(r *http.Request) bool {
	names := make([]string, 0, len(r.PostForm))
	for name := range r.PostForm {
		names = append(names, name)
	}
	sort.Strings(names)
	mac := hmac.New(sha1.New, []byte(it.token))
	mac.Write([]byte(it.baseURL + r.URL.Path))
	for _, name := range names {
		mac.Write([]byte(name + r.PostForm.Get(name)))
	}
	given, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Twilio-Signature"))
	return err == nil && hmac.Equal(mac.Sum(nil), given)
}

func (it *server) answer(r *http.Request) ([]byte, error) {
	mac := hmac.New(sha256.New, it.hashKey)
	mac.Write([]byte(r.PostForm.Get("To")))
	found, err := it.store.find(r.Context(), it.connection, mac.Sum(nil)[:16])
	if err != nil {
		return nil, err
	}
	number, err := it.open(found.deliverSealed)
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	plays := found.state != nil && *found.state == "approved" && found.reviewUntil.After(now)
	document := response{Dial: dial{found.ringSeconds, found.timeLimit, number}}
	decision, why := "silent", "review"
	if plays {
		document.Play = it.baseURL + "/recordings/" + *found.recording + ".wav"
		decision, why = "played", "plays"
	}
	text, err := xml.Marshal(document)
	if err != nil {
		return nil, err
	}
	err = it.store.record(r.Context(), now, newID(), it.connection, r.PostForm.Get("CallSid"), found.court,
		found.id, found.notice, decision, why, false)
	return append([]byte(xml.Header), text...), err
}

// Sealed: length of the key's id, the id, 12 bytes nonce, text and tag.
func (it *server) open(sealed []byte) (string, error) {
	start := 1 + int(sealed[0])
	plain, err := it.seal.Open(nil, sealed[start:start+12], sealed[start+12:], []byte("number"))
	return string(plain), err
}

func newID() string {
	var random [13]byte
	rand.Read(random[:])
	return hex.EncodeToString(random[:])
}

func key(name string) []byte {
	bytes, err := hex.DecodeString(os.Getenv(name))
	if err != nil {
		log.Fatal(err)
	}
	return bytes
}

func main() {
	url, open := os.Getenv("DATABASE_URL"), openPostgres
	if strings.HasPrefix(url, "sqlite:///") {
		url, open = strings.TrimPrefix(url, "sqlite:///"), openSqlite
	}
	store, err := open(url)
	if err != nil {
		log.Fatal(err)
	}
	block, err := aes.NewCipher(key("SEAL_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		log.Fatal(err)
	}
	it := &server{store, os.Getenv("BASE_URL"), os.Getenv("CONNECTION_ID"), os.Getenv("AUTH_TOKEN"),
		key("HASH_KEY"), seal}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), it))
}
