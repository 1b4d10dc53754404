package sql

import (
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// driverKind is how to tell a driver, and how to read what it is given. Nothing
// that is not surely a host, a port or a database is taken from it.
type driverKind struct {
	pkg     string   // import path of its package, or what that begins with
	names   []string // under which it is registered
	system  string   // db.system.name
	dialect *dialect
	port    int

	dsn       func(dsn string) place
	connector func(i *info, v reflect.Value)
}

var drivers = []driverKind{
	{"github.com/lib/pq", []string{"postgres", "postgresql"}, "postgresql", &postgres, 5432, postgresDSN, pqConnector},
	{"github.com/jackc/pgx", []string{"pgx", "pgx/v4", "pgx/v5"}, "postgresql", &postgres, 5432, postgresDSN, pgxConnector},
	{"github.com/go-sql-driver/mysql", []string{"mysql"}, "mysql", &mysql, 0, mysqlDSN, mysqlConnector}, // mysqlDSN knows the port
	{"modernc.org/sqlite", []string{"sqlite"}, "sqlite", &sqlite, 0, sqliteDSN, nil},
	{"github.com/mattn/go-sqlite3", []string{"sqlite3"}, "sqlite", &sqlite, 0, sqliteDSN, nil},
	{"github.com/glebarez/go-sqlite", nil, "sqlite", &sqlite, 0, sqliteDSN, nil},
	{"github.com/ncruces/go-sqlite3", nil, "sqlite", &sqlite, 0, sqliteDSN, nil},
	{"github.com/microsoft/go-mssqldb", []string{"sqlserver", "mssql", "azuresql"}, "microsoft.sql_server", &sqlServer, 1433, sqlServerDSN, sqlServerConnector},
	{"github.com/denisenkom/go-mssqldb", nil, "microsoft.sql_server", &sqlServer, 1433, sqlServerDSN, sqlServerConnector},
	{"github.com/sijms/go-ora", []string{"oracle"}, "oracle.db", &oracle, 1521, oracleDSN, goOraConnector},
	{"github.com/godror/godror", []string{"godror"}, "oracle.db", &oracle, 1521, godrorDSN, godrorConnector},
	{"github.com/ClickHouse/clickhouse-go", []string{"clickhouse"}, "clickhouse", &clickHouse, 9000, clickHouseDSN, clickHouseConnector},
	{"github.com/trinodb/trino-go-client", []string{"trino"}, "trino", &anySQL, 8080, nil, nil},
	{"github.com/SAP/go-hdb", []string{"hdb"}, "sap.hana", &anySQL, 0, nil, nil},
	{"github.com/nakagami/firebirdsql", []string{"firebirdsql"}, "firebirdsql", &anySQL, 3050, nil, nil},
	{"github.com/ibmdb/go_ibm_db", []string{"go_ibm_db"}, "ibm.db2", &anySQL, 0, nil, nil},
}

func pqConnector(i *info, v reflect.Value) {
	i.address, i.port, i.namespace = text(v, "cfg.Host"), number(v, "cfg.Port"), text(v, "cfg.Database")
	if i.address == "" { // before v1.11
		i.address, i.port, i.namespace = text(v, "opts.host"), number(v, "opts.port"), text(v, "opts.dbname")
	}
	i.oneHost()
}

func pgxConnector(i *info, v reflect.Value) {
	if dsn := text(v, "name"); dsn != "" {
		if config := at(v, "driver.configs."+dsn); config.IsValid() {
			pgxConfig(i, config)
			return
		}
		i.read(dsn)
		return
	}
	if config := at(v, "pool.config.ConnConfig"); config.IsValid() {
		pgxConfig(i, config)
		return
	}
	pgxConfig(i, at(v, "ConnConfig"))
}

func pgxConfig(i *info, v reflect.Value) {
	i.covered = i.covered || isDatabase(typePackage(at(v, "Tracer")))
	i.address, i.port, i.namespace = text(v, "Config.Host"), number(v, "Config.Port"), text(v, "Config.Database")
	if others := at(v, "Config.Fallbacks"); others.IsValid() && others.Kind() == reflect.Slice {
		for n := range others.Len() {
			if text(others.Index(n), "Host") != i.address || number(others.Index(n), "Port") != i.port {
				i.address, i.port = "", 0 // any of several
				return
			}
		}
	}
}

func typePackage(v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	return v.Type().PkgPath()
}

func mysqlConnector(i *info, v reflect.Value) {
	i.place = mysqlPlace(text(v, "cfg.Net"), text(v, "cfg.Addr"), text(v, "cfg.DBName"))
	i.system = i.kind.system
}

func sqlServerConnector(i *info, v reflect.Value) {
	i.address, i.port = text(v, "params.Host"), number(v, "params.Port")
	i.namespace = sqlServerNamespace(text(v, "params.Instance"), text(v, "params.Database"))
	if i.port == 0 && i.address != "" && text(v, "params.Instance") == "" {
		i.port = i.kind.port
	}
}

func goOraConnector(i *info, v reflect.Value) { i.read(text(v, "connectString")) }

func godrorConnector(i *info, v reflect.Value) {
	p := oracleConnect(text(v, "ConnectionParams.CommonParams.CommonSimpleParams.ConnectString"), true)
	i.address, i.port, i.namespace = p.address, p.port, p.namespace
}

func clickHouseConnector(i *info, v reflect.Value) {
	i.namespace = text(v, "opt.Auth.Database")
	if addr := at(v, "opt.Addr"); addr.IsValid() && addr.Kind() == reflect.Slice && addr.Len() == 1 {
		i.address, i.port = hostPort(follow(addr.Index(0)).String(), i.kind.port)
	}
}

// oneHost leaves the address out where the driver may take one of several.
func (i *info) oneHost() {
	if strings.Contains(i.address, ",") {
		i.address, i.port = "", 0
	}
}

// postgresDSN reads "postgres://user:password@host:port/database?search_path=s"
// or "host=h port=5432 dbname=d password='p w'".
// Source: postgresql.org/docs/current/libpq-connect.html, "Connection Strings".
func postgresDSN(dsn string) (p place) {
	var values map[string]string
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		values = postgresURL(dsn)
	} else {
		values = keyValues(dsn)
	}
	if values == nil {
		return place{}
	}
	p.address, p.port, p.namespace = values["host"], portOf(values["port"]), values["dbname"]
	if p.namespace == "" {
		p.namespace = values["database"]
	}
	if p.address == "" {
		p.address = values["hostaddr"]
	}
	if strings.Contains(p.address, ",") {
		p.address, p.port = "", 0
	}
	schema, _, _ := strings.Cut(values["search_path"], ",")
	if schema = strings.Trim(schema, `" `); schema != "" && p.namespace != "" {
		p.namespace += "|" + schema
	}
	return p
}

func postgresURL(dsn string) map[string]string {
	u, err := url.Parse(dsn)
	if err != nil || strangeURL(u) { // the host may be a parameter, or none
		return nil
	}
	values := map[string]string{"host": u.Hostname(), "port": u.Port(), "dbname": strings.TrimPrefix(u.Path, "/")}
	if strings.Contains(u.Host, ",") {
		values["host"] = u.Host
	}
	for k, v := range u.Query() {
		if len(v) > 0 && k != "password" {
			values[k] = v[0]
		}
	}
	return values
}

// keyValues reads "key=value key = 'a value'", nil if it is something else.
func keyValues(s string) map[string]string {
	values := map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return values
		}
		key, rest, ok := strings.Cut(s, "=")
		if key = strings.TrimRight(key, " \t\r\n"); !ok || key == "" || strings.ContainsAny(key, " \t\r\n'\\") {
			return nil
		}
		rest = strings.TrimLeft(rest, " \t\r\n")
		var value strings.Builder
		quoted := strings.HasPrefix(rest, "'")
		n := 0
		if quoted {
			n = 1
		}
		for ; n < len(rest); n++ {
			c := rest[n]
			if quoted && c == '\'' || !quoted && isSpace(c) {
				break
			}
			if c == '\\' && n+1 < len(rest) {
				n++
				c = rest[n]
			}
			value.WriteByte(c)
		}
		if quoted {
			if n == len(rest) {
				return nil // not closed
			}
			n++
		}
		values[key] = value.String()
		s = rest[n:]
	}
}

// mysqlDSN reads "user:password@tcp(host:3306)/database?params". What stands
// before the last @ that is before the last / may be anything.
func mysqlDSN(dsn string) place {
	slash := strings.LastIndexByte(dsn, '/')
	if slash < 0 {
		return place{}
	}
	at := strings.LastIndexByte(dsn[:slash], '@')
	if at < 0 && strings.ContainsRune(dsn[:slash], ':') && !strings.Contains(dsn[:slash], "(") {
		return place{} // user:password, and no @
	}
	network, addr, _ := strings.Cut(dsn[at+1:slash], "(")
	addr, ok := strings.CutSuffix(addr, ")")
	if !ok && addr != "" {
		return place{}
	}
	name, _, _ := strings.Cut(dsn[slash+1:], "?")
	if decoded, err := url.PathUnescape(name); err == nil {
		name = decoded
	}
	if strings.ContainsAny(name+addr, "@") && network != "unix" || addr == "" && network != "" && network != "tcp" && network != "unix" {
		return place{} // a part of a password
	}
	return mysqlPlace(network, addr, name)
}

func mysqlPlace(network, addr, name string) (p place) {
	p.namespace = name
	switch network {
	case "", "tcp":
		if addr == "" {
			addr = "127.0.0.1"
		}
		p.address, p.port = hostPort(addr, 3306)
	case "unix":
		if p.address = addr; addr == "" {
			p.address = "/tmp/mysql.sock"
		}
	default: // of a function of the program's
		p.address, p.port = hostPort(addr, 0)
	}
	return p
}

// sqliteDSN reads "file:path?mode=ro" or "path?_pragma=key(secret)". Any text is a path:
// one that looks like another database's data source name is not told.
func sqliteDSN(dsn string) place {
	name, _, _ := strings.Cut(strings.TrimPrefix(dsn, "file:"), "?")
	path := name
	if len(path) > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/') {
		path = path[2:] // behind a drive's letter
	}
	if name != ":memory:" && strings.ContainsAny(path, `:@;='"()`) {
		return place{}
	}
	return place{namespace: name}
}

// sqlServerDSN reads "sqlserver://user:password@host:port/instance?database=d",
// "server=host\instance,port;database=d;password={a;b}", or that after "odbc:".
func sqlServerDSN(dsn string) (p place) {
	if strings.HasPrefix(dsn, "sqlserver://") {
		u, ok := parseURL(dsn)
		if !ok {
			return place{}
		}
		p.address, p.port = u.Hostname(), portOf(u.Port())
		p.namespace = sqlServerNamespace(strings.TrimPrefix(u.Path, "/"), u.Query().Get("database"))
		return p
	}
	values := semicolons(strings.TrimPrefix(dsn, "odbc:"))
	server := first(values, "server", "data source", "address", "addr", "network address")
	server = strings.TrimPrefix(server, "tcp:")
	if host, port, ok := strings.Cut(server, ","); ok {
		server, p.port = host, portOf(strings.TrimSpace(port))
	}
	var instance string
	p.address, instance, _ = strings.Cut(server, `\`)
	if p.port == 0 {
		p.port = portOf(values["port"])
	}
	p.namespace = sqlServerNamespace(instance, first(values, "database", "initial catalog"))
	return p
}

func sqlServerNamespace(instance, database string) string {
	if instance == "" || database == "" {
		return database
	}
	return instance + "|" + database
}

// semicolons reads "key=value;key={a;}}b};key=\"a;b\"", its keys in small letters.
func semicolons(s string) map[string]string {
	values := map[string]string{}
	for s != "" {
		key, rest, ok := strings.Cut(s, "=")
		if !ok {
			return values
		}
		key = strings.ToLower(strings.TrimSpace(key))
		if strings.Contains(key, ";") {
			return nil // a value was read for a key
		}
		rest = strings.TrimLeft(rest, " ")
		closing := byte(0)
		if rest != "" && (rest[0] == '{' || rest[0] == '"') {
			closing = rest[0]
			if closing == '{' {
				closing = '}'
			}
		}
		var value string
		if closing == 0 {
			value, s, _ = strings.Cut(rest, ";")
		} else {
			n := 1
			for n < len(rest) && (rest[n] != closing || n+1 < len(rest) && rest[n+1] == closing) {
				if rest[n] == closing {
					n++
				}
				n++
			}
			if n >= len(rest) {
				return nil // not closed
			}
			value = rest[1:n]
			_, s, _ = strings.Cut(rest[n+1:], ";")
		}
		values[key] = strings.TrimSpace(value)
	}
	return values
}

// oracleDSN reads "oracle://user:password@host:port/service?...".
func oracleDSN(dsn string) (p place) {
	u, ok := parseURL(dsn)
	if !ok {
		return place{}
	}
	p.address, p.port, p.namespace = u.Hostname(), portOf(u.Port()), strings.TrimPrefix(u.Path, "/")
	if p.namespace == "" {
		p.namespace = first(lower(u.Query()), "sid")
	}
	return p
}

// godrorDSN reads `user="u" password="p" connectString="host:port/service"`,
// "user/password@host:port/service", or the connect string alone.
func godrorDSN(dsn string) (p place) {
	if _, after, ok := strings.Cut(dsn, "connectString="); ok {
		after, quoted := strings.CutPrefix(after, `"`)
		if !quoted {
			return place{}
		}
		dsn, _, ok = strings.Cut(after, `"`)
		if !ok {
			return place{}
		}
	} else if strings.Contains(dsn, "=") {
		return place{}
	}
	at := strings.LastIndexByte(dsn, '@')
	return oracleConnect(dsn[at+1:], at >= 0)
}

// oracleConnect reads "host:port/service"; sure says that it is no "user/password".
func oracleConnect(s string, sure bool) (p place) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "tcp:"), "//")
	host, service, ok := strings.Cut(s, "/")
	if !ok || strings.ContainsAny(s, "()= \t\"@") || !sure && !strings.Contains(host, ":") {
		return place{} // a name in tnsnames.ora, or a description
	}
	service, _, _ = strings.Cut(service, "?")
	service, _, _ = strings.Cut(service, ":")
	p.address, p.port = hostPort(host, 1521)
	p.namespace = service
	return p
}

// clickHouseDSN reads "clickhouse://user:password@host:port/database?...".
func clickHouseDSN(dsn string) (p place) {
	u, ok := parseURL(dsn)
	if !ok {
		return place{}
	}
	if p.namespace = strings.TrimPrefix(u.Path, "/"); p.namespace == "" {
		p.namespace = u.Query().Get("database")
	}
	if !strings.Contains(u.Host, ",") {
		p.address, p.port = u.Hostname(), portOf(u.Port())
	}
	return p
}

// parseURL parses a URL in which a password may hold what belongs into no URL:
// then it is not read at all.
func parseURL(s string) (*url.URL, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || strangeURL(u) {
		return nil, false
	}
	return u, true
}

// strangeURL says whether a part of a password may be where it does not belong.
func strangeURL(u *url.URL) bool {
	return strings.Contains(u.Host+u.Path+u.RawQuery+u.Fragment, "@")
}

func lower(q url.Values) map[string]string {
	m := map[string]string{}
	for k, v := range q {
		if len(v) > 0 {
			m[strings.ToLower(k)] = v[0]
		}
	}
	return m
}

func first(values map[string]string, keys ...string) string {
	for _, k := range keys {
		if v := values[k]; v != "" {
			return v
		}
	}
	return ""
}

// hostPort splits "host:port", "[::1]:port" or "host".
func hostPort(s string, defaultPort int) (host string, port int) {
	host, port = s, defaultPort
	colon := strings.LastIndexByte(s, ':')
	if colon >= 0 && (strings.IndexByte(s, ':') == colon || s[colon-1] == ']') {
		host, port = s[:colon], portOf(s[colon+1:])
	}
	return strings.Trim(host, "[]"), port
}

// portOf returns 0 for what is no port.
func portOf(s string) int {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0
	}
	return int(n)
}
