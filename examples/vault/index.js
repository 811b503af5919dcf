// Secrets from environment variables, each for those readers that an access list names.

/** Names of modules and functions: the same rule for readers as for the access list. */
const READER = /^[a-z0-9.-]+\/[a-z]+\/[a-z0-9/-]+$/;

export class VaultError extends Error {
  name = 'VaultError';

  /** @param problem `denied`, as in secrets.wit */
  constructor(problem, message) {
    super(message);
    this.problem = problem;
  }
}

/**
 * `{"PROTON_TOKEN": ["com.example/function/proton-mail-bridge"], "PUBLIC_KEY": ["*"]}`: what is
 * not listed is not given to anybody.
 */
const checkAccess = (access) => {
  for (const [name, readers] of Object.entries(access)) {
    if (!Array.isArray(readers) || !readers.every((reader) => reader === '*' || READER.test(reader))) {
      throw new TypeError(`open vault: access to \`${name}\`: expected a list of names of modules, or \`*\``);
    }
  }
  return new Map(Object.entries(access).map(([name, readers]) => [name, new Set(readers)]));
};

/**
 * @param env such as `process.env`, read once
 * @param prefix of the variables that are secrets; it is no part of a secret's name
 * @param access from names of secrets to those who may read them
 */
export const openVault = ({ env, prefix = 'VAULT_', access }) => {
  if (prefix === '') {
    throw new TypeError('open vault: without a prefix every variable would be a secret');
  }
  const readersOf = checkAccess(access);
  const secrets = new Map(
    Object.entries(env)
      .filter(([name, value]) => name.startsWith(prefix) && name !== prefix && value !== undefined)
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );

  return {
    /** The secrets as one module sees them: this is what it gets as `context.secrets`. */
    for(reader) {
      if (!READER.test(reader)) {
        throw new TypeError(`vault: reader \`${reader}\`, expected the name of a module`);
      }
      const mayRead = (name) => {
        const readers = readersOf.get(name);
        return readers !== undefined && (readers.has(reader) || readers.has('*'));
      };
      return {
        /** Denied before it is looked up: whoever may not read learns nothing of what is there. */
        async get(name) {
          if (!mayRead(name)) {
            throw new VaultError('denied', `get secret \`${name}\`: not for \`${reader}\``);
          }
          return secrets.get(name);
        },
        async list() {
          return [...secrets.keys()].filter(mayRead).sort();
        },
        async mayRead(name) {
          return mayRead(name);
        },
      };
    },
  };
};
