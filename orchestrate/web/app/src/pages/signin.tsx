import { useState } from "preact/hooks";
import { Problem } from "../api";
import { onServer, ProblemBox } from "../parts";
import { signIn } from "../session";

export function SignIn() {
  const [secret, setSecret] = useState("");
  const [problem, setProblem] = useState<Problem | undefined>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    try {
      await signIn(secret);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "", String(error)));
    }
  };
  return (
    <form class="card sign-in" onSubmit={submit}>
      <h1>Sign in</h1>
      <p>With the secret of a token. An admin makes one with:</p>
      <p>
        <code>{onServer("gomr token NAME --role operator")}</code>
      </p>
      <label>
        Secret
        <input type="password" name="secret" autocomplete="current-password" required value={secret} onInput={(e) => setSecret(e.currentTarget.value)} autofocus />
      </label>
      <ProblemBox problem={problem} />
      <p class="buttons">
        <button type="submit" class="primary">
          Sign in
        </button>
      </p>
    </form>
  );
}
