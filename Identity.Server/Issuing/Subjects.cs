using Identity.OpenId.Clients;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Keys;

namespace Identity.Server.Issuing;

/// <summary>By which name a client knows a person: the one of the account, or one that only the clients of its sector share.</summary>
internal sealed class Subjects(RootKeys roots)
{
    public string For(Account account, ClientMetadata client) => For(account.Id, account.Subject, client);

    public string For(int account, string subject, ClientMetadata client) => client.Sector is { } sector ? PairwiseSubject.Write(roots.SubjectKey, account, sector) : subject;

    /// <summary>The account behind a pairwise subject; null for any other.</summary>
    public int? AccountOf(string subject) => PairwiseSubject.Read(roots.SubjectKey, subject);
}
