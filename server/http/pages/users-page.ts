import type { UserList } from '../schemas.ts';
import { timeElement } from './elements.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

/** `GET /users` for browsers: a page of users, newest first. Works without JavaScript. */
export function usersPage(assetUrl: AssetUrl, { users, next }: UserList): string {
  return layout(assetUrl, {
    title: 'Users',
    section: '/users',
    style: 'list.css',
    main: html`      <h1 id="title">Users, newest first</h1>
      ${users.length > 0 ? table(users) : html`<p class="nothing">There are no users yet. <a href="/docs#createUser">How to create one</a></p>`}
      ${next && html`<p class="older"><a class="button" rel="next" href="${next}">Older</a></p>`}`,
  });
}

// Explicit roles: on narrow screens the style sheet shows rows as blocks, for which browsers drop the table semantics.
function table(users: UserList['users']): Html {
  return html`<table role="table" class="records" aria-labelledby="title">
        <thead role="rowgroup">
          <tr role="row">${['Created (UTC)', 'User name', 'E-mail address', 'Id'].map(
            (name) => html`<th role="columnheader" scope="col" class="note">${name}</th>`,
          )}</tr>
        </thead>
        <tbody role="rowgroup">
          ${users.map(row)}
        </tbody>
      </table>`;
}

function row({ createdAt, username, email, id }: UserList['users'][number]): Html {
  return html`<tr role="row">
            <td role="cell" class="when">${timeElement(createdAt)}</td>
            <td role="cell" class="client">${username}</td>
            <td role="cell" class="client">${email}</td>
            <td role="cell" class="trace quiet">${id}</td>
          </tr>
          `;
}
