// Who may do what.
import { useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { get, post, type Schemas } from "../api";
import { Ask } from "../ask";
import { Command, Empty, Modal, onServer, quoted, Section, Shown, Table } from "../parts";
import { become, learn, mayAdminister, session } from "../session";
import { When } from "../time";

type Token = Schemas["Token"];
type Role = Schemas["NewToken"]["role"];

const roles: { role: Role; may: string }[] = [
  { role: "viewer", may: "looks" },
  { role: "operator", may: "looks, submits and steers" },
  { role: "worker", may: "submits, and runs attempts" },
  { role: "admin", may: "does everything, and makes tokens" },
];

const gomrToken = (...words: string[]) => ["gomr", "token", ...words].map(quoted).join(" ");

export function Tokens() {
  if (!mayAdminister()) {
    return (
      <>
        <h1>Tokens</h1>
        <Empty>Only admins see tokens.</Empty>
      </>
    );
  }
  return <AllTokens />;
}

function AllTokens() {
  const tokens = useAnswer((signal) => get("/api/v1/tokens", undefined, { signal }), []);
  return (
    <>
      <h1>Tokens</h1>
      <Shown answer={tokens}>
        {(t) => (
          <Section title="Who may do what" aside={
              <span class="actions">
                <NewToken first={(t.tokens ?? []).length === 0} />
                <Command text={onServer(gomrToken("ls"))} />
              </span>
            }>
            {(t.tokens ?? []).length === 0 ? (
              <Empty>There are none, so whoever reaches the server may do everything. The first one must be an admin's; from then on, everybody needs one.</Empty>
            ) : (
              <Table label="Tokens" head={["Name", "Role", "Made by", "Made", "Expires", "Actions"]}>
                {(t.tokens ?? []).map((one) => (
                  <tr key={one.name}>
                    <td class="id">
                      {one.name} {one.name === session.value?.name && <span class="faint">you</span>}
                    </td>
                    <td title={roles.find((r) => r.role === one.role)?.may}>{one.role}</td>
                    <td>{one.by}</td>
                    <td>
                      <When at={one.created} />
                    </td>
                    <td>
                      <Expires token={one} />
                    </td>
                    <td>
                      <Revoke token={one} all={t.tokens ?? []} />
                    </td>
                  </tr>
                ))}
              </Table>
            )}
          </Section>
        )}
      </Shown>
    </>
  );
}

const expired = (t: Token) => t.expires !== undefined && new Date(t.expires).getTime() <= Date.now();

function Expires({ token }: { token: Token }) {
  if (token.expires === undefined) {
    return <span class="faint">never</span>;
  }
  return (
    <span class={expired(token) ? "late" : ""}>
      {expired(token) && "expired "}
      <When at={token.expires} />
    </span>
  );
}

function Revoke({ token: t, all }: { token: Token; all: Token[] }) {
  const admins = all.filter((one) => one.role === "admin" && !expired(one));
  const last = all.length > 1 && admins.length === 1 && admins[0]?.name === t.name;
  const own = t.name === session.value?.name;
  return (
    <Ask
      name="Revoke"
      danger
      noNote
      allowed={mayAdminister}
      refused={last ? "It is the last one of an admin, without whom nobody could revoke the others" : undefined}
      title={`Revoke the token ${t.name}`}
      question={
        <p>
          Whoever has it may do nothing any more, from now on.{" "}
          {own && all.length > 1 && <strong>It is yours: you are signed out.</strong>}{" "}
          {all.length === 1 && <strong>It is the last one: whoever reaches the server may do everything then.</strong>}
        </p>
      }
      command={() => onServer(gomrToken("revoke", t.name))}
      apply={() => post("/api/v1/tokens/revoke", { name: t.name })}
      {...(own ? { onDone: () => void learn() } : {})}
    />
  );
}

function NewToken({ first }: { first: boolean }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>(first ? "admin" : "viewer");
  const [expires, setExpires] = useState("");
  const [made, setMade] = useState<Schemas["Secret"] | undefined>();
  const make = async () => {
    const secret = await post("/api/v1/tokens", asked);
    if (first) {
      await become(secret.secret); // for from now on nobody may do anything without
    }
    setMade(secret);
  };
  const asked: Schemas["NewToken"] = { name, role, ...(expires === "" ? {} : { expires: new Date(expires).toISOString() }) };
  return (
    <>
      <Ask
        name="Make a token"
        primary
        noNote
        allowed={mayAdminister}
        title="Make a token"
        question={<p>Its secret is shown once, here.{first && " From then on everybody needs a token; this browser has this one."}</p>}
        command={() => onServer(gomrToken(name || "NAME", "--role", role, ...(asked.expires === undefined ? [] : ["--expires", asked.expires])))}
        apply={make}
        onDone={() => {
          setName("");
          setRole("viewer");
        }}
      >
        <label>
          For whom: a person, a program or a worker
          <input required maxLength={100} value={name} onInput={(e) => setName(e.currentTarget.value)} autofocus />
        </label>
        <label>
          Role
          <select value={role} onChange={(e) => setRole(e.currentTarget.value as Role)}>
            {roles.map((r) => (
              <option key={r.role} value={r.role}>
                {r.role}: {r.may}
              </option>
            ))}
          </select>
        </label>
        <label>
          Expires; left out is never
          <input type="datetime-local" value={expires} onInput={(e) => setExpires(e.currentTarget.value)} />
        </label>
      </Ask>
      {made && <Secret made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}

function Secret({ made, onClose }: { made: Schemas["Secret"]; onClose: () => void }) {
  return (
    <Modal title={`The secret of ${made.token.name}`} onClose={onClose}>
      <p>It is shown only now, and stored nowhere. Programs have it in GOMR_TOKEN; with a browser one signs in with it.</p>
      <p>
        <Command text={made.secret} />
      </p>
      <p class="buttons">
        <button type="button" class="primary" onClick={onClose}>
          I have it
        </button>
      </p>
    </Modal>
  );
}
