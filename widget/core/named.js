// Questions in the name of whoever is signed in, and bodies that are JSON by name.

const bearer = (identity) => identity && { authorization: 'Bearer ' + identity };

export const named = ({ read, write }) => ({
  read: (path, identity) => read(path, '', { ...bearer(identity) }),
  write: (path, body, identity) =>
    write(path, body, { 'content-type': 'application/json', ...bearer(identity) }),
});
